/** `atel verify`: is what was recorded still what was recorded? */
import { statSync } from 'node:fs';
import { buildCommand } from '@stricli/core';
import { readCursor, readHead } from '../../journal/marks.ts';
import { examine, type Examined } from '../../journal/examine.ts';
import { examineJournal } from '../../journal/examine-journal.ts';
import type { Problem, Verdict } from '../../journal/verdict.ts';
import { createVerifier } from '../../journal/verify.ts';
import { AtelError, errnoOf, messageOf } from '../../platform/errors.ts';
import { plural } from '../../platform/plural.ts';
import { examineBackup } from '../../query/examine-backup.ts';
import { SOURCE_NAMES, type SourceName, type SourceRecord } from '../../query/record-source.ts';
import type { CliContext } from '../context.ts';
import { escapeText } from '../escape.ts';
import { jsonFlag } from '../flags.ts';
import { letSpoolDrain, noteFor, openReading } from '../reading.ts';

interface Flags {
  readonly json: boolean;
  readonly source: SourceName;
}

/** How many lines pass between two updates of the progress line. */
const PROGRESS_LINES = 50_000;
const RECORD_FIRST = 'record something first: atel init && atel enable';

export const verifyCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Check that no record was changed, removed or moved',
    fullDescription: [
      'Recomputes the hash chain of every record, and compares its end with the head of the journal and with what the',
      'Collector has accepted. Names what was edited, is missing, stands in the wrong place or was cut off: of each kind',
      'the first 20, and how many more there are.',
      '',
      'Exit codes:  0 intact   1 tampered   2 incomplete or empty   3 no journal   4 source not reachable',
      '',
      'Examples:    atel verify',
      '             atel verify --source loki --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...jsonFlag,
      source: { kind: 'enum', values: SOURCE_NAMES, brief: 'What to check', default: 'journal' },
    },
  },
  async func({ json, source }) {
    const verdict = await verify(this, source);
    if (json) this.print(JSON.stringify({ source, ...verdict }, undefined, 2));
    else for (const line of describe(verdict)) this.print(escapeText(line));
    const error = errorOf(verdict, source);
    if (error) throw error;
  },
});

async function verify(context: CliContext, source: SourceName): Promise<Verdict> {
  const { journalDir } = context.paths;
  const journal = source === 'journal';
  const lines = await linesOf(context, source);
  // Marks first: what they name must be in what is read after them.
  const head = journal ? readHead(journalDir) : undefined;
  const cursor = readCursor(journalDir);
  const mode = journal ? 'ordered' : 'unordered';
  // Loki may have let go of what is older than its retention.
  const verifier = createVerifier({ mode, whole: source !== 'loki', head, cursor });
  const showProgress = createProgress(context);
  try {
    for await (const batch of lines) {
      for (const line of batch) verifier.take(line);
      showProgress(batch.length);
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new AtelError('input', `cannot be read: ${messageOf(error)}`, { where: source, cause: error });
  } finally {
    showProgress('end');
  }
  return verifier.finish(journal ? readHead(journalDir) : undefined);
}

/** The lines of a source, some at a time; those of files as they stand there, the journal's damaged ones too. */
async function linesOf(context: CliContext, source: SourceName): Promise<AsyncIterable<readonly Examined[]>> {
  const { journalDir } = context.paths;
  if (source !== 'journal') {
    const reading = await openReading(context, { json: false, source });
    if (source === 'backup') return examineBackup(reading.source.where, noteFor(context));
    return examineEach(reading.source.stored({}));
  }
  const kind = statSync(journalDir, { throwIfNoEntry: false });
  if (!kind) throw new AtelError('input', 'there is no journal', { where: journalDir, fix: RECORD_FIRST });
  if (!kind.isDirectory())
    throw new AtelError('input', 'is not a directory', { where: journalDir, fix: 'move it away' });
  await letSpoolDrain(context);
  return examineJournal(journalDir);
}

async function* examineEach(lines: AsyncIterable<SourceRecord>): AsyncGenerator<readonly Examined[]> {
  for await (const { line } of lines) yield [examine({ line })];
}

/** A line on a terminal that counts the records; to be ended. */
function createProgress({ process: { stderr } }: CliContext): (more: number | 'end') => void {
  let [count, shown] = [0, 0];
  return (more) => {
    if (!stderr.isTTY) return;
    if (more === 'end') {
      if (shown > 0) stderr.write('\r\x1b[K');
      return;
    }
    count += more;
    if (count < shown + PROGRESS_LINES) return;
    shown = count;
    stderr.write(`\r${count.toLocaleString('en')} records checked`);
  };
}

/** The verdict for people: itself first, then one problem a line, then what it does not cover. */
function describe(result: Verdict): string[] {
  const { verdict, records, streams, duplicates, problems, notes } = result;
  const ranges = streams.map(({ stream, firstSeq, lastSeq }) => ({
    stream,
    range: `seq ${firstSeq}–${lastSeq}`,
  }));
  const only = ranges.length === 1 && ranges[0] ? ` (${ranges[0].range})` : '';
  const copies = duplicates > 0 ? `, ${plural(duplicates, 'copy', 'copies')}` : '';
  return [
    `${verdict}  ${plural(records, 'record')} in ${plural(streams.length, 'stream')}${only}${copies}`,
    ...(ranges.length > 1 ? ranges.map(({ stream, range }) => `  ${stream}  ${range}`) : []),
    ...problems.map((problem) => describeProblem(problem, streams.length > 1)),
    ...describeUnlisted(result),
    ...notes,
  ];
}

/** Of each kind how many problems are not listed. */
function describeUnlisted({ problemKinds, problems }: Verdict): string[] {
  return Object.entries(problemKinds).flatMap(([kind, count]) => {
    const more = count - problems.filter((problem) => problem.kind === kind).length;
    return more > 0 ? [`  ${kind.padEnd(15)} … and ${more.toLocaleString('en')} more`] : [];
  });
}

function describeProblem({ kind, stream, from, to, detail }: Problem, several: boolean): string {
  const range = from === undefined ? '' : from === to ? `seq ${from}` : `seq ${from}–${to}`;
  const place = several && stream !== undefined ? `${stream} ${range}` : range;
  return `  ${kind.padEnd(15)} ${place.padEnd(14)} ${detail}`;
}

/** What to do about a verdict that is not `intact`. */
const FIXES = {
  tampered: 'keep a copy of it as it is, then compare with another source',
  incomplete: 'let the forwarder catch up (atel forward --once), then check again',
  empty: RECORD_FIRST,
} as const;

function errorOf({ verdict, problemCount }: Verdict, source: SourceName): AtelError | undefined {
  if (verdict === 'intact') return undefined;
  const what = verdict === 'empty' ? 'there is no record' : `${plural(problemCount, 'problem')} found`;
  const kind = verdict === 'tampered' ? 'tampered' : 'incomplete';
  return new AtelError(kind, what, { where: source, fix: FIXES[verdict] });
}
