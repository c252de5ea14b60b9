import { expect, it } from 'vitest';
import { epochAfter } from '../../src/journal/segments.ts';

it('names epochs in the order of time even when the clock is set back', () => {
  expect(epochAfter([], 1_795_378_461_123)).toBe('20261122T201421123Z');
  expect(epochAfter(['20261122T201421123Z', 'x'], 0)).toBe('20261122T201421124Z');
});
