/** `atel sessions`: what was recorded. */
import { buildCommand } from '@stricli/core';
import { keepHeapSmall } from '../../platform/memory.ts';
import type { SourceRecord } from '../../query/record-source.ts';
import { idShortener, shortDuration, shortTime } from '../../report/format.ts';
import { type SessionSummary, summarizeSessions } from '../../report/sessions.ts';
import type { Column } from '../../report/table.ts';
import type { CliContext } from '../context.ts';
import { noteNothing, openReading } from '../reading.ts';
import { csvFlag, type ReadingFlags, readingFlags, sessionFlag } from '../reading-flags.ts';

interface Flags extends ReadingFlags {
  readonly session?: string;
  readonly csv: boolean;
}

export const sessionsCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'List recorded sessions',
    fullDescription: [
      'One line per session, in order of their start: what ran, what failed, what was denied, what was found.',
      'Filters choose records: with --tool Bash a session’s numbers are those of its Bash calls.',
      '',
      'Examples:  atel sessions --since 24h',
      '           atel sessions --project shop --csv > sessions.csv',
      '           atel sessions --json | jq ".[] | select(.findings > 0)"',
    ].join('\n'),
  },
  parameters: { flags: { ...readingFlags, ...sessionFlag, ...csvFlag } },
  async func(flags) {
    // Records of a large backup wait to be merged, grow old in that time, and would be collected late.
    keepHeapSmall();
    const reading = await openReading(this, flags);
    const { source, filter, output } = reading;
    const sessions = await summarizeSessions(recordsOf(source.records(filter)));
    if (sessions.length === 0) noteNothing(this, reading, 'sessions');
    if (flags.json) await output.json(JSON.stringify(sessions));
    else if (flags.csv) await output.csv(CSV_HEADER, sessions.map(toCsvRow));
    else if (sessions.length > 0) await output.table(columnsFor(sessions), sessions);
    await output.flush();
  },
});

async function* recordsOf(entries: AsyncIterable<SourceRecord>): AsyncGenerator<SourceRecord['record']> {
  for await (const { record } of entries) yield record;
}

function columnsFor(sessions: readonly SessionSummary[]): readonly Column<SessionSummary>[] {
  const short = idShortener(
    sessions.flatMap((row) => [row.session_id, row.parent_session ?? row.session_id]),
  );
  const count = (title: string, value: (row: SessionSummary) => number): Column<SessionSummary> => ({
    title,
    cell: (row) => value(row) || undefined,
    align: 'right',
  });
  return [
    { title: 'session', cell: (row) => short(row.session_id), style: () => 'bold' },
    { title: 'start', cell: (row) => shortTime(row.start) },
    { title: 'duration', cell: (row) => shortDuration(row.duration_ms), align: 'right' },
    count('events', (row) => row.events),
    count('calls', (row) => row.tool_calls),
    { ...count('failed', (row) => row.failures), style: () => 'red' },
    { ...count('denied', (row) => row.denied), style: () => 'yellow' },
    { ...count('findings', (row) => row.findings), style: () => 'red' },
    { ...count('agents', (row) => row.agents.length) },
    { title: 'parent', cell: (row) => row.parent_session && short(row.parent_session) },
    { title: 'client', cell: (row) => row.claude_version },
    { title: 'from', cell: (row) => row.entrypoint },
    { title: 'effort', cell: (row) => row.effort },
    { title: 'project', cell: (row) => row.project_name },
  ];
}

const CSV_HEADER = [
  'session_id',
  'parent_session',
  'root_session',
  'start',
  'end',
  'duration_ms',
  'project_name',
  'project_path',
  'agents',
  'events',
  'tool_calls',
  'failures',
  'denied',
  'findings',
  'claude_version',
  'entrypoint',
  'effort',
] as const satisfies readonly (keyof SessionSummary)[];

function toCsvRow(row: SessionSummary): readonly (string | number | undefined)[] {
  return CSV_HEADER.map((key) => (key === 'agents' ? row.agents.join(' ') : row[key]));
}
