/**
 * Two installations of the same hook (user and project settings, settings and plugin) see each event twice. Two captures
 * are one event only if they come from different installations and have equal bytes; n copies from one and m from
 * another count as max(n, m), since identical events from one installation are real.
 */
import * as z from 'zod';

/** Captures remembered; copies of one event arrive within milliseconds of each other. */
const MAX_REMEMBERED = 10_000;

const snapshotSchema = z.array(z.tuple([z.string(), z.record(z.string(), z.int())]));

export interface Copies {
  /** Counts a capture; true when it is one more copy of an event that another installation already told. */
  isCopy(hmac: string, installation: string): boolean;
  snapshot(): unknown;
}

/** @param snapshot what `snapshot()` gave */
export function createCopies(snapshot?: unknown): Copies {
  const parsed = snapshotSchema.safeParse(snapshot);
  const seen = new Map<string, Record<string, number>>(parsed.success ? parsed.data : []);
  return {
    isCopy(hmac, installation) {
      const counts = seen.get(hmac) ?? {};
      const told = Math.max(0, ...Object.values(counts));
      const mine = (counts[installation] ?? 0) + 1;
      seen.delete(hmac);
      seen.set(hmac, { ...counts, [installation]: mine });
      if (seen.size > MAX_REMEMBERED) seen.delete(seen.keys().next().value ?? hmac);
      return mine <= told;
    },
    snapshot: () => [...seen],
  };
}
