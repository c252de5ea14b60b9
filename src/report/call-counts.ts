/**
 * Counts calls by how they ended, with memory for those that are under way. What is said of a call stands near its end
 * (before it the start, behind it the batch, in between a second capture), so a call is let go when so many others have
 * ended after it; a record about it that comes later still would count it again.
 */
import type { AtelRecord, Outcome } from '../journal/record.ts';
import { CALL_EVENTS, callKey, type Ends, outcomeOf, outcomesOf } from './calls.ts';

/** How many calls that have ended are kept: all hosts of a large team together take minutes for so many. */
const KEPT_CALLS = 65_536;

/** How many calls ended so. */
export type OutcomeCounts = Partial<Record<Outcome, number>>;

export interface CallCounts {
  /** Takes a record of a session, whose calls are counted in `counts`. */
  add(record: AtelRecord, counts: OutcomeCounts): void;
  /** Counts all that was not counted yet. */
  finish(): void;
}

interface Call extends Ends {
  readonly key: string;
  readonly counts: OutcomeCounts;
}

/** No calls so far. */
export function createCallCounts(kept: number = KEPT_CALLS): CallCounts {
  const open = new Map<string, Call>();
  /** In the order of their ends. */
  const ended = new Map<string, Call>();
  // One for all, since a new one would have to pass the holes that the oldest have left.
  const byAge = ended.values();
  const callOf = (key: string, counts: OutcomeCounts): Call => {
    const call = ended.get(key) ?? open.get(key) ?? { key, counts };
    if (!ended.has(key)) open.set(key, call);
    return call;
  };
  const end = (call: Call): void => {
    if (open.delete(call.key)) ended.set(call.key, call);
    const oldest = ended.size > kept ? byAge.next().value : undefined;
    if (!oldest) return;
    ended.delete(oldest.key);
    count(oldest);
  };
  return {
    add(record, counts) {
      const key = CALL_EVENTS.has(record.hook_event) ? callKey(record) : undefined;
      if (key !== undefined) callOf(key, counts);
      for (const told of outcomesOf(record)) {
        const call = callOf(told.key, counts);
        call[told.final ? 'own' : 'batch'] = told.outcome;
        end(call);
      }
    },
    finish() {
      for (const call of [...ended.values(), ...open.values()]) count(call);
      ended.clear();
      open.clear();
    },
  };
}

function count(call: Call): void {
  const { counts } = call;
  const outcome = outcomeOf(call);
  counts[outcome] = (counts[outcome] ?? 0) + 1;
}
