/** Every finding once, with how the call it is about ended. */
import type { AtelRecord, Finding, FindingLevel, Outcome } from '../journal/record.ts';
import { callKey, createOutcomeTable, findingKey } from './calls.ts';

export interface FindingRow {
  readonly timestamp: string;
  readonly level: FindingLevel;
  readonly rule: string;
  readonly session_id?: string;
  readonly project_name?: string;
  readonly agent?: string;
  readonly tool?: string;
  readonly path?: string;
  readonly why?: string;
  /** Absent on findings that are about no call. */
  readonly outcome?: Outcome;
}

/** How many calls without a finding are kept: one may stand on a record that comes behind the call's end. */
const KEPT_CALLS = 65_536;

/** Findings in order of capture, with memory for them and for the calls they are about. */
export async function listFindings(
  records: AsyncIterable<AtelRecord> | Iterable<AtelRecord>,
  kept: number = KEPT_CALLS,
): Promise<readonly FindingRow[]> {
  const outcomes = createOutcomeTable(kept);
  const found = new Map<string, { row: FindingRow; call: string | undefined }>();
  for await (const record of records) {
    outcomes.add(record);
    for (const finding of record.security?.findings ?? []) {
      const key = findingKey(record, finding);
      const known = found.get(key);
      if (known && known.row.timestamp <= record.timestamp) continue;
      const call = callKey(record);
      if (call !== undefined) outcomes.hold(call);
      found.set(key, { call, row: toRow(record, finding) });
    }
  }
  return [...found.values()]
    .map(({ row, call }) => (call === undefined ? row : { ...row, outcome: outcomes.get(call) }))
    .toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0));
}

function toRow(record: AtelRecord, { rule, level, path, why }: Finding): FindingRow {
  const { timestamp, session_id, project_name, tool_name } = record;
  return {
    timestamp,
    level,
    rule,
    ...(session_id !== undefined && { session_id }),
    ...(project_name !== undefined && { project_name }),
    ...(record.agent_context && { agent: record.agent_context.agent_id }),
    ...(tool_name !== undefined && { tool: tool_name }),
    ...(path !== undefined && { path }),
    ...(why !== undefined && { why }),
  };
}
