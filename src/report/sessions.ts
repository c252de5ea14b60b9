/** One line per session: what it was, how much it did, what went wrong. */
import type { AtelRecord, Outcome } from '../journal/record.ts';
import { createCallCounts, type OutcomeCounts } from './call-counts.ts';
import { findingKey } from './calls.ts';
import { createRecentKeys, type RecentKeys } from './recent-keys.ts';

export interface SessionSummary {
  readonly session_id: string;
  readonly parent_session?: string;
  readonly root_session: string;
  /** Capture of its first and last record. */
  readonly start: string;
  readonly end: string;
  readonly duration_ms: number;
  readonly project_name?: string;
  readonly project_path?: string;
  readonly agents: readonly string[];
  readonly events: number;
  readonly tool_calls: number;
  /** Calls by how they ended. */
  readonly outcomes: Readonly<OutcomeCounts>;
  /** Ran and failed or were interrupted, or could not run as asked. */
  readonly failures: number;
  /** Stopped by the user, a rule or a missing permission. */
  readonly denied: number;
  readonly findings: number;
  readonly claude_version?: string;
  readonly entrypoint?: string;
  readonly effort?: string;
}

const FAILED: readonly Outcome[] = ['failure', 'interrupted', 'invalid_input', 'unknown_tool'];
const DENIED: readonly Outcome[] = ['denied', 'rejected'];

/** Among how many others a finding is known again that stands on two records of its call. */
const KEPT_FINDINGS = 65_536;

interface Tally {
  start: string;
  end: string;
  events: number;
  findings: number;
  /** Where the latest record was made. */
  project: Pick<AtelRecord, 'project_name' | 'project_path'>;
  parent: string | undefined;
  root: string | undefined;
  version: string | undefined;
  entrypoint: string | undefined;
  effort: string | undefined;
  readonly agents: Set<string>;
  readonly outcomes: OutcomeCounts;
}

/** Sessions in order of their start; records that belong to none are left out. */
export async function summarizeSessions(
  records: AsyncIterable<AtelRecord> | Iterable<AtelRecord>,
): Promise<readonly SessionSummary[]> {
  const tallies = new Map<string, Tally>();
  const calls = createCallCounts();
  const findings = createRecentKeys(KEPT_FINDINGS);
  for await (const record of records) {
    if (record.session_id === undefined) continue;
    const tally = tallies.get(record.session_id) ?? newTally(record);
    tallies.set(record.session_id, tally);
    count(tally, record, findings);
    calls.add(record, tally.outcomes);
  }
  calls.finish();
  return [...tallies]
    .map(([id, tally]) => summarize(id, tally))
    .toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function newTally(record: AtelRecord): Tally {
  return {
    start: record.timestamp,
    end: record.timestamp,
    events: 0,
    findings: 0,
    project: projectOf(record),
    parent: undefined,
    root: undefined,
    version: undefined,
    entrypoint: undefined,
    effort: undefined,
    agents: new Set(),
    outcomes: {},
  };
}

/** Not the record itself, of which there may be one for each of many sessions. */
function projectOf({ project_name, project_path }: AtelRecord): Tally['project'] {
  return {
    ...(project_name !== undefined && { project_name }),
    ...(project_path !== undefined && { project_path }),
  };
}

function count(tally: Tally, record: AtelRecord, findings: RecentKeys): void {
  const { metadata, session_context: session } = record;
  tally.events += 1;
  if (record.timestamp < tally.start) tally.start = record.timestamp;
  if (record.timestamp >= tally.end) [tally.end, tally.project] = [record.timestamp, projectOf(record)];
  tally.parent ??= session?.parent_session;
  tally.root ??= session?.root_session;
  tally.version = metadata?.claude_version ?? tally.version;
  tally.entrypoint = metadata?.entrypoint ?? tally.entrypoint;
  tally.effort = metadata?.effort ?? tally.effort;
  if (record.agent_context) tally.agents.add(record.agent_context.agent_id);
  for (const finding of record.security?.findings ?? [])
    if (findings.add(findingKey(record, finding))) tally.findings += 1;
}

function summarize(id: string, tally: Tally): SessionSummary {
  const { outcomes } = tally;
  const sum = (kinds: readonly Outcome[]): number =>
    kinds.reduce((total, kind) => total + (outcomes[kind] ?? 0), 0);
  const { project_name, project_path } = tally.project;
  return {
    session_id: id,
    ...(tally.parent !== undefined && { parent_session: tally.parent }),
    root_session: tally.root ?? id,
    start: tally.start,
    end: tally.end,
    duration_ms: Math.max(0, Date.parse(tally.end) - Date.parse(tally.start)),
    ...(project_name !== undefined && { project_name }),
    ...(project_path !== undefined && { project_path }),
    agents: [...tally.agents],
    events: tally.events,
    tool_calls: Object.values(outcomes).reduce((total, calls) => total + calls, 0),
    outcomes,
    failures: sum(FAILED),
    denied: sum(DENIED),
    findings: tally.findings,
    ...(tally.version !== undefined && { claude_version: tally.version }),
    ...(tally.entrypoint !== undefined && { entrypoint: tally.entrypoint }),
    ...(tally.effort !== undefined && { effort: tally.effort }),
  };
}
