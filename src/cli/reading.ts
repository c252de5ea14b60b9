/** What every reading command does first: let the spool drain, choose a source, find the session. */
import { startForwarder } from '../forwarder/start.ts';
import { systemClock } from '../platform/clock.ts';
import { plural } from '../platform/plural.ts';
import { drainSpool } from '../query/drain-spool.ts';
import { openSource } from '../query/open-source.ts';
import type { Note, RecordFilter, RecordSource } from '../query/record-source.ts';
import { resolveSession } from '../query/resolve-session.ts';
import { backupDirOf, lokiUrlOf, stackSettings } from '../stack/settings.ts';
import type { CliContext } from './context.ts';
import { escapeText } from './escape.ts';
import { refuseTogether } from './flags.ts';
import { createOutput, type Output } from './output.ts';
import { type ReadingFlags, toFilter } from './reading-flags.ts';

export interface Reading {
  readonly source: RecordSource;
  readonly filter: RecordFilter;
  readonly output: Output;
}

/**
 * Opens the source for a command; what the user should know goes to standard error.
 * @throws AtelError usage, input or unreachable — see `refuseTogether`, `toFilter`, `openSource`, `resolveSession`
 */
export async function openReading(
  context: CliContext,
  flags: ReadingFlags & { readonly session?: string; readonly csv?: boolean },
): Promise<Reading> {
  refuseTogether(flags, ['json', 'csv']);
  const filter = toFilter(flags, systemClock());
  await letSpoolDrain(context);
  const note = noteFor(context);
  const { paths } = context;
  const source = await openSource(flags.source, {
    journalDir: paths.journalDir,
    backupDir: backupDirOf(paths.stackDir),
    lokiUrl: () => lokiUrl(context),
    note,
  });
  if (flags.source === undefined && source.name !== 'journal') {
    note(`there is no journal here: reading ${source.name} (${source.where})`);
  }
  const session = flags.session === undefined ? undefined : await resolveSession(source, flags.session);
  return { source, filter: { ...filter, session }, output: createOutput(context) };
}

/** Tells the user what a source says of itself, on standard error. */
export function noteFor(context: CliContext): Note {
  return (text) => context.note(`atel: ${escapeText(text)}`);
}

/** Where this user's Loki listens. */
export function lokiUrl(context: CliContext): string {
  return lokiUrlOf(stackSettings(context.paths.stackDir, context.loadConfig().stack).ports);
}

/** Waits for the forwarder, at most a second, and says what is left. */
export async function letSpoolDrain(context: CliContext): Promise<void> {
  const { paths, env } = context;
  const waiting = await drainSpool(paths.queueDir, () => startForwarder(paths, env));
  if (waiting > 0) context.note(`atel: ${plural(waiting, 'event')} still in the spool`);
}

/** One line for an empty result: why, and what to do. */
export function noteNothing(context: CliContext, { source, filter }: Reading, what: string): void {
  const narrowed = Object.values(filter).some((value) => value !== undefined);
  context.note(
    narrowed
      ? `atel: no ${what} match in ${source.name} (${source.where}); widen the filter, or look elsewhere with --source`
      : `atel: no ${what} recorded yet; run \`atel init && atel enable\` in a project and start claude there`,
  );
}
