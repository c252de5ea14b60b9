import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPurgeCheck } from '../../src/journal/purge-check.ts';
import { claimsOf, type Place } from '../../src/journal/purged.ts';
import { createProblemList } from '../../src/journal/verdict.ts';

const STREAM = 'install/20261122T200000000Z';
const placeOf = (seq: number): Place => ({
  stream: STREAM,
  seq,
  prev: 'a'.repeat(64),
  leaf: seq.toString(16).padStart(64, '0'),
});
const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }));

/** The numbers that are said to be gone without a record that tells of it. */
function unexplained(purged: readonly number[], told: readonly (readonly number[])[]): readonly number[] {
  const check = createPurgeCheck();
  for (const seq of purged) check.purged(placeOf(seq));
  for (const some of told) {
    const inOrder = some.toSorted((a, b) => a - b).map(placeOf);
    for (const claim of claimsOf(inOrder)) check.told(claim, 99);
  }
  const problems = createProblemList();
  check.finish(problems);
  return problems.listed.flatMap(({ from = 0, to = 0 }) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i),
  );
}

describe('the check of purges', () => {
  it('names what is gone and was not told, whatever was purged and told how often', () => {
    fc.assert(
      fc.property(numbers, fc.array(numbers, { maxLength: 4 }), (purged, told) => {
        const known = new Set(told.flat());
        const expected = purged.filter((seq) => !known.has(seq)).toSorted((a, b) => a - b);
        expect(unexplained(purged, told)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
