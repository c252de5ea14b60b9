/** `atel findings`: what deserves a look. */
import { buildCommand } from '@stricli/core';
import type { AtelRecord } from '../../journal/record.ts';
import { keepHeapSmall } from '../../platform/memory.ts';
import { plural } from '../../platform/plural.ts';
import { type FindingRow, listFindings } from '../../report/findings.ts';
import { idShortener, levelStyle, outcomeStyle, shortTime } from '../../report/format.ts';
import type { Column } from '../../report/table.ts';
import type { CliContext } from '../context.ts';
import { noteNothing, openReading, type Reading } from '../reading.ts';
import { csvFlag, type ReadingFlags, readingFlags, sessionFlag } from '../reading-flags.ts';

interface Flags extends ReadingFlags {
  readonly session?: string;
  readonly csv: boolean;
}

export const findingsCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'List security findings',
    fullDescription: [
      'Every finding once: when, in which session, by which tool, which path, why, and how the call ended.',
      'A finding is a fact about a record, not a verdict about the agent; `atel timeline` shows what was around it.',
      '',
      'Examples:  atel findings --since 7d',
      '           atel findings --session 16f668a2 --json',
      '           atel findings --tool Bash --csv > findings.csv',
    ].join('\n'),
  },
  parameters: { flags: { ...readingFlags, ...sessionFlag, ...csvFlag } },
  async func(flags) {
    // As in `sessions.ts`.
    keepHeapSmall();
    const reading = await openReading(this, flags);
    const { output } = reading;
    const { rows, read } = await findingsOf(reading);
    if (read === 0) noteNothing(this, reading, 'records');
    else if (rows.length === 0) this.note(`atel: no findings in ${plural(read, 'record')}`);
    if (flags.json) await output.json(JSON.stringify(rows));
    else if (flags.csv)
      await output.csv(
        CSV_HEADER,
        rows.map((row) => CSV_HEADER.map((key) => row[key])),
      );
    else if (rows.length > 0) await output.table(columnsFor(rows), rows);
    await output.flush();
  },
});

async function findingsOf({
  source,
  filter,
}: Reading): Promise<{ rows: readonly FindingRow[]; read: number }> {
  let read = 0;
  async function* records(): AsyncGenerator<AtelRecord> {
    for await (const { record } of source.records(filter)) {
      read += 1;
      yield record;
    }
  }
  return { rows: await listFindings(records()), read };
}

function columnsFor(rows: readonly FindingRow[]): readonly Column<FindingRow>[] {
  const short = idShortener(rows.flatMap((row) => row.session_id ?? []));
  return [
    { title: 'time', cell: (row) => shortTime(row.timestamp) },
    { title: 'level', cell: (row) => row.level, style: (row) => levelStyle(row.level) },
    { title: 'rule', cell: (row) => row.rule },
    { title: 'session', cell: (row) => row.session_id && short(row.session_id) },
    { title: 'agent', cell: (row) => row.agent, style: () => 'dim' },
    { title: 'tool', cell: (row) => row.tool },
    { title: 'outcome', cell: (row) => row.outcome, style: (row) => outcomeStyle(row.outcome) },
    { title: 'path', cell: (row) => row.path },
    { title: 'why', cell: (row) => row.why },
  ];
}

const CSV_HEADER = [
  'timestamp',
  'level',
  'rule',
  'session_id',
  'project_name',
  'agent',
  'tool',
  'outcome',
  'path',
  'why',
] as const satisfies readonly (keyof FindingRow)[];
