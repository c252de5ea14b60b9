/**
 * Calls: what several records say about one tool call, joined by `tool_use_id`. How a call ended is told by its
 * PostToolUse or PostToolUseFailure, else by the PostToolBatch that lists it, else it is unknown.
 */
import type { AtelRecord, Finding, Outcome } from '../journal/record.ts';

/** A call's identity in a store with many sessions, `undefined` for records that are about no call. */
export function callKey(record: AtelRecord): string | undefined {
  const id = record.correlation?.tool_use_id;
  return id === undefined ? undefined : keyOf(record.session_id, id);
}

/** What a record tells about outcomes, by call. */
export function* outcomesOf(
  record: AtelRecord,
): Generator<{ key: string; toolName: string; outcome: Outcome; final: boolean }> {
  const key = callKey(record);
  const outcome = record.tool_context?.outcome;
  if (key !== undefined && outcome !== undefined && ENDS.has(record.hook_event)) {
    yield { key, toolName: record.tool_name ?? '', outcome, final: true };
  }
  if (record.hook_event !== 'PostToolBatch') return;
  for (const call of record.action_details?.calls ?? []) {
    yield {
      key: keyOf(record.session_id, call.tool_use_id),
      toolName: call.tool_name,
      outcome: call.outcome,
      final: false,
    };
  }
}

/** Hook events that belong to a call rather than being entries of their own. */
export const CALL_EVENTS: ReadonlySet<string> = new Set(['PreToolUse', 'PostToolUse', 'PostToolUseFailure']);
const ENDS: ReadonlySet<string> = new Set(['PostToolUse', 'PostToolUseFailure']);

/** The outcome of each call, as far as it is known. */
export interface OutcomeTable {
  add(record: AtelRecord): void;
  /** Keeps what is and will be known of a call for good. */
  hold(key: string): void;
  /** `unknown` when nothing told how the call ended. */
  get(key: string): Outcome;
}

/** How a call ended by its own record, and by the batch that lists it. */
export interface Ends {
  own?: Outcome;
  batch?: Outcome;
}

/** What the call's own record says outranks the batch, whichever comes first. */
export function outcomeOf(ends: Ends | undefined): Outcome {
  return ends?.own ?? ends?.batch ?? 'unknown';
}

/**
 * Collects outcomes.
 * @param kept how many of the calls that nobody holds are kept, the newest
 */
export function createOutcomeTable(kept: number = Infinity): OutcomeTable {
  const held = new Map<string, Ends>();
  const lately = new Map<string, Ends>();
  // One for all, since a new one would have to pass the holes that the oldest have left.
  const oldest = lately.keys();
  const known = (key: string): Ends | undefined => held.get(key) ?? lately.get(key);
  const open = (key: string): Ends => {
    const ends: Ends = {};
    lately.set(key, ends);
    if (lately.size > kept) lately.delete(oldest.next().value ?? key);
    return ends;
  };
  return {
    add(record) {
      for (const { key, outcome, final } of outcomesOf(record))
        (known(key) ?? open(key))[final ? 'own' : 'batch'] = outcome;
    },
    hold(key) {
      held.set(key, known(key) ?? {});
      lately.delete(key);
    },
    get: (key) => outcomeOf(known(key)),
  };
}

/** Tells a finding from the same one on another record of the same call. */
export function findingKey(record: AtelRecord, finding: Finding): string {
  return JSON.stringify([callKey(record) ?? record.id, finding.rule, finding.path ?? '']);
}

function keyOf(session: string | undefined, toolUseId: string): string {
  return `${session ?? ''} ${toolUseId}`;
}
