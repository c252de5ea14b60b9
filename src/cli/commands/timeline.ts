/** `atel timeline <session>`: what an agent did, in order. */
import { buildCommand } from '@stricli/core';
import type { AtelRecord } from '../../journal/record.ts';
import { plural } from '../../platform/plural.ts';
import { unknownSession } from '../../query/resolve-session.ts';
import { gravest, levelStyle, outcomeStyle, shortDuration, shortTime } from '../../report/format.ts';
import { summarizeSessions } from '../../report/sessions.ts';
import type { Column } from '../../report/table.ts';
import { buildTimeline, type TimelineEntry } from '../../report/timeline.ts';
import type { CliContext } from '../context.ts';
import { escapeText } from '../escape.ts';
import { noteNothing, openReading, type Reading } from '../reading.ts';
import { csvFlag, type ReadingFlags, readingFlags } from '../reading-flags.ts';

interface Flags extends ReadingFlags {
  readonly csv: boolean;
}

export const timelineCommand = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: 'Show what a session did, in order',
    fullDescription: [
      'One line per tool call, joined from everything recorded about it, and one per other event. Subagents are',
      'indented below the agent that started them. The beginning of a session id is enough, if only one begins so.',
      '',
      'With --json: the session’s records as they were sealed, one a line, in the order of the journal.',
      '',
      'Examples:  atel timeline 16f668a2',
      '           atel timeline 16f668a2 --tool Bash',
      '           atel timeline 16f668a2 --source loki --json > session.jsonl',
      '           atel timeline 16f668a2 --csv > session.csv',
    ].join('\n'),
  },
  parameters: {
    flags: { ...readingFlags, ...csvFlag },
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'session', brief: 'A session id or the beginning of one' }],
    },
  },
  async func(flags, session) {
    const reading = await openReading(this, { ...flags, session });
    if (flags.json) await printRecords(reading);
    else await printTimeline(this, reading, flags.csv, session);
    await reading.output.flush();
  },
});

async function printRecords({ source, filter, output }: Reading): Promise<void> {
  for await (const { line } of source.records(filter)) {
    await output.json(line);
    if (output.gone) return;
  }
}

async function printTimeline(
  context: CliContext,
  reading: Reading,
  csv: boolean,
  session: string,
): Promise<void> {
  const { source, filter, output } = reading;
  const records: AtelRecord[] = [];
  for await (const { record } of source.records(filter)) records.push(record);
  if (records.length === 0) {
    const { since, until, project, tool, event } = filter;
    if ([since, until, project, tool, event].every((value) => value === undefined))
      throw unknownSession(source, session);
    return noteNothing(context, reading, 'records');
  }
  const entries = buildTimeline(records);
  if (csv) return output.csv(CSV_HEADER, entries.map(toCsvRow));
  for (const line of await describeSession(records)) await output.line(escapeText(line));
  await output.table(COLUMNS, entries);
}

async function describeSession(records: readonly AtelRecord[]): Promise<readonly string[]> {
  const [summary] = await summarizeSessions(records);
  if (!summary) return [];
  const { session_id: id, project_path: project, parent_session: parent, duration_ms: duration } = summary;
  const counts = [
    plural(summary.tool_calls, 'call'),
    summary.failures > 0 && `${summary.failures} failed`,
    summary.denied > 0 && `${summary.denied} denied`,
    summary.findings > 0 && plural(summary.findings, 'finding'),
  ];
  const where = [id, project && `in ${project}`, parent && `child of ${parent}`].filter(Boolean).join(', ');
  return [`Session ${where}: ${[shortDuration(duration), ...counts].filter(Boolean).join(', ')}`];
}

const COLUMNS: readonly Column<TimelineEntry>[] = [
  { title: 'time', cell: (row) => shortTime(row.timestamp) },
  { title: 'agent', cell: (row) => row.agent, style: () => 'dim' },
  { title: 'outcome', cell: outcomeOf, style: (row) => outcomeStyle(row.outcome) },
  {
    title: 'took',
    cell: ({ durationMs }) => (durationMs === undefined ? undefined : shortDuration(durationMs)),
    align: 'right',
  },
  {
    title: 'finding',
    cell: (row) => rulesOf(row),
    style: (row) => levelStyle(gravest(row.findings.map(({ level }) => level))),
  },
  { title: 'what', cell: (row) => `${'  '.repeat(row.depth)}${row.name} ${row.detail}`.trimEnd() },
];

function outcomeOf({ outcome, errorClass }: TimelineEntry): string | undefined {
  return outcome !== undefined && errorClass !== undefined ? `${outcome} (${errorClass})` : outcome;
}

function rulesOf({ findings }: TimelineEntry): string {
  return [...new Set(findings.map(({ rule }) => rule))].join(' ');
}

const CSV_HEADER = [
  'timestamp',
  'session_id',
  'agent',
  'depth',
  'name',
  'detail',
  'outcome',
  'error_class',
  'duration_ms',
  'findings',
] as const;

function toCsvRow(row: TimelineEntry): readonly (string | number | undefined)[] {
  const { timestamp, session, agent, depth, name, detail, outcome, errorClass, durationMs } = row;
  return [timestamp, session, agent, depth, name, detail, outcome, errorClass, durationMs, rulesOf(row)];
}
