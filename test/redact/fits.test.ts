import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToFit } from '../../src/redact/cuts.ts';
import { fitsAsItIs } from '../../src/redact/fits.ts';
import { wellFormed } from '../../src/redact/well-formed.ts';

describe('a record that fits as it is', () => {
  it('is one of sound texts, whole numbers, and fractions where they may be', () => {
    const record = { id: 'ü', raw_input: [1, null, true, { a: {} }], resource_usage: { cpu_percent: 0.5 } };
    expect(fitsAsItIs(record)).toBe(true);
  });

  it.each<{ readonly what: string; readonly record: object }>([
    { what: 'half a surrogate pair', record: { raw_input: { a: ['x\ud800'] } } },
    { what: 'half a pair in a key', record: { raw_input: { 'x\udc00': 1 } } },
    { what: 'a fraction', record: { raw_input: { resource_usage: 0.5 } } },
    { what: 'a number without a JSON form', record: { resource_usage: { cpu_percent: NaN } } },
    { what: 'minus zero', record: { raw_input: -0 } },
    { what: 'an integer that readers round', record: { raw_input: 2 ** 53 } },
    { what: 'a member without a JSON value', record: { raw_input: undefined } },
    { what: 'more than a body may have', record: { raw_input: 'x'.repeat(49_152) } },
    { what: 'a text whose escapes are more than that', record: { raw_input: '\u0007'.repeat(8_192) } },
  ])('is none with $what', ({ record }) => {
    expect(fitsAsItIs(record)).toBe(false);
  });

  it('has nothing to repair and nothing to cut', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, stringUnit: 'binary' });
    let fitting = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), anything), (record) => {
        if (!fitsAsItIs(record)) return;
        fitting++;
        expect(wellFormed(record)).toEqual({ value: record, repaired: [] });
        expect(cutToFit(record, () => true).cut).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect(fitting).toBeGreaterThan(50);
  });
});
