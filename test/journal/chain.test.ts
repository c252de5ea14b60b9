import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_LEAF } from '../../src/journal/canonical.ts';
import { createChain, type Link } from '../../src/journal/chain.ts';

/** A record with this number whose `prev` is right or not, or so many numbers with unknown leaves. */
type Step = { readonly number: number; readonly right: boolean } | { readonly skip: number };

interface Seen {
  readonly results: readonly string[];
  readonly breaks: readonly unknown[];
  readonly gaps: readonly unknown[];
}

const leafOf = (number: number): string => (number === 0 ? EMPTY_LEAF : `leaf ${number}`);
const prevOf = (number: number, right: boolean): string => (right ? leafOf(number - 1) : 'another leaf');
/** Numbers in the stream are not those in a session. */
const linkOf = (number: number): Link => ({ seq: 1000 + number, leaf: leafOf(number) });
const breakOf = (number: number): unknown => [number === 1 ? undefined : linkOf(number - 1), linkOf(number)];

function run(steps: readonly Step[]): Seen {
  const breaks = new Set<unknown>();
  const chain = createChain((before, after) => breaks.add([before, after]));
  const results = steps.map((step) => {
    if (!('skip' in step))
      return chain.add(step.number, prevOf(step.number, step.right), linkOf(step.number));
    chain.skip(step.skip);
    return 'skipped';
  });
  const gaps = Array.from(chain.gaps, ({ from, to, after }) => ({ from, to, after }));
  return { results, breaks: [...breaks].toSorted(byText), gaps };
}

/** The same by looking at all numbers at the end. */
function look(steps: readonly Step[]): Seen {
  const seen = new Map<number, 'right' | 'wrong' | 'unknown'>();
  let last = 0;
  const results = steps.map((step) => {
    if ('skip' in step) {
      for (let i = 0; i < step.skip; i++) seen.set(++last, 'unknown');
      return 'skipped';
    }
    const { number, right } = step;
    if (seen.has(number)) return 'repeated';
    seen.set(number, right ? 'right' : 'wrong');
    const result = number > last ? 'next' : 'late';
    last = Math.max(last, number);
    return result;
  });
  const isKnown = (number: number): boolean =>
    number === 0 || (seen.has(number) && seen.get(number) !== 'unknown');
  const wrong = [...seen.keys()].filter((number) => seen.get(number) === 'wrong' && isKnown(number - 1));
  const missing = Array.from({ length: last }, (_, i) => i + 1).filter((number) => !seen.has(number));
  const gaps = missing
    .filter((number) => !missing.includes(number - 1))
    .map((from) => {
      const to = missing.find((number) => number >= from && !missing.includes(number + 1)) ?? 0;
      return { from, to, after: linkOf(to + 1) };
    });
  return { results, breaks: wrong.map(breakOf).toSorted(byText), gaps };
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

describe('a chain', () => {
  it('says of records in any order, with copies, breaks and holes, what looking at all of them says', () => {
    const record = fc.record({ number: fc.integer({ min: 1, max: 30 }), right: fc.boolean() });
    const skip = fc.record({ skip: fc.nat(3) });
    const steps = fc.array(fc.oneof({ weight: 12, arbitrary: record }, { weight: 1, arbitrary: skip }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (all) => {
        expect(run(all)).toEqual(look(all));
      }),
      { numRuns: 2_000 },
    );
  });

  it('says the same of thousands of gaps', () => {
    const numbers = Array.from({ length: 4_000 }, (_, i) => i + 1);
    const some = fc.shuffledSubarray(numbers, { minLength: 2_000 });
    const wrong = fc.uniqueArray(fc.constantFrom(...numbers), { maxLength: 5 });
    fc.assert(
      fc.property(some, wrong, (order, edited) => {
        const all = order.map((number) => ({ number, right: !edited.includes(number) }));
        expect(run(all)).toEqual(look(all));
      }),
      { numRuns: 5 },
    );
  });
});
