/** The timeline of a session: one entry per call, whatever number of records speak of it, and one per other event. */
import type { AtelRecord, Finding, Outcome } from '../journal/record.ts';
import { createAgentTree } from './agent-tree.ts';
import { CALL_EVENTS, callKey, createOutcomeTable, findingKey, outcomesOf } from './calls.ts';
import { detailOf, nameOf } from './describe.ts';

export interface TimelineEntry {
  /** Moment of capture of its first record. */
  readonly timestamp: string;
  readonly session: string;
  readonly agent: string;
  /** 0 for the main agent, one more for each delegation below it. */
  readonly depth: number;
  /** A tool's name, or a hook event's. */
  readonly name: string;
  readonly detail: string;
  /** Absent on events that are no calls. */
  readonly outcome?: Outcome;
  readonly errorClass?: string;
  readonly durationMs?: number;
  readonly findings: readonly Finding[];
}

/** What is known of one entry while records are read. */
interface Draft {
  readonly first: AtelRecord;
  readonly records: AtelRecord[];
  readonly key: string | undefined;
  readonly name: string;
}

/** The entries of `records` in order of capture. */
export function buildTimeline(records: Iterable<AtelRecord>): readonly TimelineEntry[] {
  // Journal order is the order of arrival, which for hooks that ran at once is not that of capture.
  const ordered = [...records].toSorted((a, b) =>
    a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0,
  );
  const outcomes = createOutcomeTable();
  for (const record of ordered) outcomes.add(record);
  const tree = createAgentTree(ordered);
  return joinCalls(ordered).map((draft) => {
    const agent = draft.first.agent_context?.agent_id ?? '';
    return {
      timestamp: draft.first.timestamp,
      session: draft.first.session_id ?? '',
      agent,
      depth: tree.depthOf(agent),
      name: draft.name,
      detail: draft.records.map(detailOf).find(Boolean) ?? '',
      ...(draft.key !== undefined && { outcome: outcomes.get(draft.key) }),
      ...endOf(draft.records),
      findings: findingsOf(draft.records),
    };
  });
}

/** Records of one call become one draft; a batch adds only calls that no other record speaks of. */
function joinCalls(records: readonly AtelRecord[]): readonly Draft[] {
  const drafts: Draft[] = [];
  const calls = new Map<string, Draft>();
  const open = (record: AtelRecord, key: string | undefined, name: string, about: AtelRecord[]): void => {
    const draft = { first: record, records: about, key, name };
    drafts.push(draft);
    if (key !== undefined) calls.set(key, draft);
  };
  for (const record of records) {
    const key = CALL_EVENTS.has(record.hook_event) ? callKey(record) : undefined;
    const call = key === undefined ? undefined : calls.get(key);
    if (call) call.records.push(record);
    else if (record.hook_event !== 'PostToolBatch') open(record, key, nameOf(record), [record]);
    else
      for (const told of outcomesOf(record))
        if (!calls.has(told.key)) open(record, told.key, told.toolName, []);
  }
  return drafts;
}

function endOf(records: readonly AtelRecord[]): { errorClass?: string; durationMs?: number } {
  const contexts = records.flatMap(({ tool_context: context }) => context ?? []);
  const durationMs = contexts.find((context) => context.duration_ms !== undefined)?.duration_ms;
  const errorClass = contexts.find((context) => context.error_class !== undefined)?.error_class;
  return { ...(durationMs !== undefined && { durationMs }), ...(errorClass !== undefined && { errorClass }) };
}

function findingsOf(records: readonly AtelRecord[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const record of records) {
    for (const finding of record.security?.findings ?? []) found.set(findingKey(record, finding), finding);
  }
  return [...found.values()];
}
