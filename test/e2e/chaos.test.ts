/** Hooks from many writers while everything is killed at random; `npm run soak` does the same for much longer. */
import { describe, expect, it } from 'vitest';
import { runChaos } from '../helpers/chaos.ts';
import { stackParts } from '../helpers/stack.ts';

const SEED = 20_261_122;
const EVENTS = 600;

describe.skipIf(!stackParts)('killing hooks, forwarder, Collector and Loki at random', () => {
  it('loses no event of a hook that returned, doubles none, and leaves every source intact', async () => {
    if (!stackParts) throw new Error('skipped');
    const { problems, kills, worked, returned } = await runChaos({
      parts: stackParts,
      events: EVENTS,
      seed: SEED,
      report: () => undefined,
      patienceMillis: 90_000,
    });
    expect(problems).toEqual([]);
    expect(returned).toBeGreaterThan(EVENTS / 2);
    expect(worked).toBeGreaterThan(2);
    for (const [part, times] of Object.entries(kills)) expect(times, part).toBeGreaterThan(0);
  });
});
