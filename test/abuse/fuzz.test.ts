import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

/** `node scripts/fuzz.ts` does a million. */
it.each([
  ['metadata', 500],
  ['redacted', 2000],
  ['full', 500],
] as const)(
  'mutated payloads become sound records at level %s, whatever they hold',
  { timeout: 120_000 },
  async (level, count) => {
    const report = await fuzz({ count, seed: 42, level });
    expect(report.faults).toEqual([]);
    const { none = 0, ...why } = report.unreadable;
    // The mutations reach both sides of the parser, and most kinds of what it refuses.
    expect(none).toBeGreaterThan(count / 2);
    expect(Object.keys(why).length).toBeGreaterThanOrEqual(3);
    expect(report.slowestMillis).toBeLessThan(10_000);
  },
);
