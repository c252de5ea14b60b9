/** The calls of a session's running turn: which are open, and how the others ended. */
import type { Outcome } from '../journal/record.ts';

/** Open or recent calls kept per session; the oldest go first. */
const MAX_CALLS = 2_000;
const OPEN = 'open';
const OUTCOMES: readonly Outcome[] = [
  'success',
  'failure',
  'interrupted',
  'denied',
  'invalid_input',
  'unknown_tool',
  'rejected',
];

export interface Calls {
  /** How many have begun and not ended. */
  readonly open: number;
  has(call: string): boolean;
  /** How a call ended, as far as its own events told. */
  outcome(call: string): Outcome | undefined;
  /** Notes that a call has begun (`open`), or how it ended. */
  set(call: string, state: string): void;
  delete(call: string): void;
  deleteOpen(): void;
  /** What `createCalls` takes: by call, in order. */
  toJSON(): Readonly<Record<string, string>>;
}

/** @param saved what `toJSON()` gave */
export function createCalls(saved: Readonly<Record<string, string>> = {}): Calls {
  const states = new Map(Object.entries(saved));
  let open = [...states.values()].filter((state) => state === OPEN).length;
  const remove = (call: string): void => {
    if (states.get(call) === OPEN) open -= 1;
    states.delete(call);
  };
  return {
    get open() {
      return open;
    },
    has: (call) => states.has(call),
    outcome(call) {
      const state = states.get(call);
      return OUTCOMES.find((known) => known === state);
    },
    set(call, state) {
      if (states.get(call) === OPEN) open -= 1;
      if (state === OPEN) open += 1;
      states.set(call, state);
      if (states.size > MAX_CALLS) remove(states.keys().next().value ?? call);
    },
    delete: remove,
    deleteOpen() {
      for (const [call, state] of states) if (state === OPEN) states.delete(call);
      open = 0;
    },
    toJSON: () => Object.fromEntries(states),
  };
}
