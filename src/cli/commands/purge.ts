/** `atel purge`: erases what was recorded, and leaves the proof that it was there. */
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import type { PurgeOptions, Purged } from '../../forwarder/purge.ts';
import { startForwarder } from '../../forwarder/start.ts';
import type { PurgePlan } from '../../journal/purge.ts';
import { listSegments } from '../../journal/segments.ts';
import { systemClock } from '../../platform/clock.ts';
import { AtelError } from '../../platform/errors.ts';
import { plural } from '../../platform/plural.ts';
import { backupDirOf } from '../../stack/settings.ts';
import type { CliContext } from '../context.ts';
import { escapeText } from '../escape.ts';
import { jsonFlag, switchFlag, textFlag } from '../flags.ts';
import { openReading } from '../reading.ts';
import { toFilter } from '../reading-flags.ts';

interface Flags {
  readonly session?: string;
  readonly before?: string;
  readonly reason?: string;
  readonly yes: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

const MAX_REASON_CHARACTERS = 500;

export const purgeCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Erase records, keeping the proof that they were there',
    fullDescription: [
      'Replaces each record by its hash, so that the chain can still be verified, and says in a chained record what went,',
      'when and by whom. Also erases what spool, quarantine and dead letters hold of it. Says what it would do; does',
      'it with --yes. Stores that have copies (backup file, Loki) are not touched: it prints what to do there.',
      '',
      'Examples:  atel purge --session 4f1c',
      '           atel purge --session 4f1c --yes --reason "request of 12 May"',
      '           atel purge --before 90d --yes',
    ].join('\n'),
  },
  parameters: {
    flags: {
      session: textFlag('id', 'Of the session whose id begins so'),
      before: textFlag(
        'when',
        'Captured before a date or RFC 3339 time (dates are UTC), or longer ago than 30d',
      ),
      reason: textFlag('text', 'Why, for the record about the purge; it stays'),
      yes: switchFlag('Do it'),
      force: switchFlag('Also what was not sent yet, and in a journal that is not intact'),
      ...jsonFlag,
    },
  },
  async func(flags) {
    const { preparePurge, purge } = await import('../../forwarder/purge.ts');
    const options = await toOptions(this, flags);
    if (!flags.yes) return report(this, flags, options, preparePurge(options));
    const done = await purge(options);
    if (done.stopped) startForwarder(this.paths, this.env);
    report(this, flags, options, done.plan, done.files);
  },
});

async function toOptions(context: CliContext, flags: Flags): Promise<PurgeOptions> {
  const { paths } = context;
  const { session, before, reason, force } = flags;
  if (!session && before === undefined)
    throw new AtelError('usage', 'nothing says what is to go', { fix: 'give --session, --before, or both' });
  if (reason !== undefined && reason.length > MAX_REASON_CHARACTERS)
    throw new AtelError('usage', `is longer than ${MAX_REASON_CHARACTERS} characters`, {
      where: '--reason',
      fix: 'say it shorter',
    });
  if (listSegments(paths.journalDir).length === 0)
    throw new AtelError('input', 'there is no journal, so nothing to purge', { where: paths.journalDir });
  const until = before === undefined ? undefined : parseBefore(before);
  const reading = await openReading(context, {
    json: false,
    source: 'journal',
    ...(session !== undefined && { session }),
  });
  return {
    paths,
    config: context.loadConfig(),
    criteria: { session: reading.filter.session, before: until },
    reason,
    force,
    note: (line) => context.note(`atel: ${line}`),
  };
}

function parseBefore(value: string): bigint | undefined {
  try {
    return toFilter({ json: false, since: value }, systemClock()).since;
  } catch (error) {
    if (!(error instanceof AtelError)) throw error;
    throw new AtelError('usage', `${JSON.stringify(value)} is no time`, {
      where: '--before',
      fix: 'write 24h, 7d, 2026-11-22 or 2026-11-22T14:00:00Z',
    });
  }
}

function report(
  context: CliContext,
  { json }: Flags,
  { criteria, paths, config }: PurgeOptions,
  { targets, sessions }: PurgePlan,
  files?: Purged['files'],
): void {
  const backup = backupDirOf(paths.stackDir);
  if (json) {
    const document = { dry_run: files === undefined, records: targets.length, sessions, files, backup };
    return context.print(JSON.stringify(document));
  }
  const what = `${plural(targets.length, 'record')} of ${plural(sessions.length, 'session')}`;
  if (!files) {
    context.print(targets.length > 0 ? `would purge ${what}` : 'nothing in the journal to purge');
    for (const session of sessions) context.print(`  ${escapeText(session)}`);
    context.print('To do it, add --yes: it also looks through quarantine and dead letters');
    return;
  }
  context.print(targets.length > 0 ? `purged ${what}` : 'nothing in the journal to purge');
  for (const [kind, number] of Object.entries(files))
    if (number > 0) context.print(`  ${kind.replace('_', ' ')}: ${plural(number, 'file')} removed`);
  const pattern = criteria.session === undefined ? '' : ` (grep -l ${escapeText(criteria.session)})`;
  const elsewhere = [
    `Not touched: copies that were sent${config.export.endpoint === undefined ? '' : ` to ${config.export.endpoint}`}.`,
    `Backup file: atel down, remove the files in ${backup} that hold it${pattern}, atel up`,
    `Loki: atel down, remove ${join(paths.stackDir, 'loki')} (all of it goes), atel up; or set stack.loki_retention`,
    'Elsewhere: whoever runs that Collector or Loki. Claude Code keeps transcripts of its own in ~/.claude/projects',
  ];
  for (const line of elsewhere) context.print(line);
}
