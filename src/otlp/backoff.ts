/** When to try again: capped exponential with jitter, without an end. */

export interface Backoff {
  /** Milliseconds until the next try is due; 0 when it is. */
  remaining(): number;
  /** Notes a failure. @param retryAfterMillis what the server asked for, if it did */
  failed(retryAfterMillis?: number): void;
  /** True from the first failure to the next success. */
  failing(): boolean;
  reset(): void;
}

const FIRST_DELAY_MILLIS = 1_000;
const MAX_DELAY_MILLIS = 60_000;
/** Longest Retry-After we obey; an absurd one must not end the export. */
const MAX_RETRY_AFTER_MILLIS = 900_000;

/**
 * @param now monotonic milliseconds, so that a clock that is set back does not prolong a wait
 * @param random uniform in [0, 1); delays spread over the whole range, so that many hosts do not return at once
 */
export function createBackoff(now: () => number, random: () => number): Backoff {
  let failures = 0;
  let due = 0;
  return {
    remaining: () => (failures === 0 ? 0 : Math.max(0, Math.ceil(due - now()))),
    failed(retryAfterMillis) {
      const ceiling = Math.min(MAX_DELAY_MILLIS, FIRST_DELAY_MILLIS * 2 ** ++failures);
      const own = FIRST_DELAY_MILLIS + random() * (ceiling - FIRST_DELAY_MILLIS);
      due = now() + Math.max(own, Math.min(retryAfterMillis ?? 0, MAX_RETRY_AFTER_MILLIS));
    },
    failing: () => failures > 0,
    reset() {
      failures = 0;
    },
  };
}
