import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalLine, EMPTY_LEAF, leafOf } from '../../src/journal/canonical.ts';

describe('line and leaf', () => {
  it('reproduce the published vector', () => {
    const leaves: string[] = [];
    for (const i of [1, 2, 3]) {
      const line = canonicalLine({
        v: 'atel/1',
        t: `176379900000000000${i}`,
        stream: 'test/1',
        seq: i,
        prev: leaves.at(-1) ?? EMPTY_LEAF,
        id: `00000000-0000-4000-8000-00000000000${i}`,
        event: `test.${i}`,
      });
      expect(line).toMatch(new RegExp(`^\\{"event":"test.${i}","id":.*"v":"atel/1"\\}$`));
      leaves.push(leafOf(line));
    }
    expect(leaves).toEqual([
      '84d02663c534adffa827c15cc1c384f2e50f1c0f1c89d625959e2f2867577a8f',
      'b30a4ea47c7dd2ab802025d79cef102ffb0329728bd7522348cab4901c87988a',
      '90ce7ef8165dfa3489296866e79f3a2d4b1bca795338d32e178e3e52376de7fe',
    ]);
  });

  it('follow RFC 8785: keys by UTF-16 units, shortest numbers, no escapes but the needed ones', () => {
    const value = { '10': 1, '9': 2, é: 1.5, a: [-0, 1e21, 'ü\u2028\n\u0007'], '\ud83d\ude00': null };
    expect(canonicalLine(value)).toBe('{"10":1,"9":2,"a":[0,1e+21,"ü\u2028\\n\\u0007"],"é":1.5,"😀":null}');
  });

  it('are one line that parses to the same value, whatever the order of its keys was', () => {
    const value = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }));
    const turned = (given: unknown): unknown => {
      if (Array.isArray(given)) return given.map(turned);
      if (typeof given !== 'object' || given === null) return given;
      return Object.fromEntries(
        Object.entries(given)
          .toReversed()
          .map(([key, member]) => [key, turned(member)]),
      );
    };
    fc.assert(
      fc.property(value, (given) => {
        const line = canonicalLine(given);
        expect(line).not.toMatch(/\n/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(given)));
        expect(canonicalLine(Object(turned(given)))).toBe(line);
        expect(canonicalLine(Object(JSON.parse(line)))).toBe(line);
      }),
    );
  });

  it('are what the library for RFC 8785 writes, or both refuse', () => {
    // Mostly plain: one odd part sends the whole value to the library.
    const key = fc.oneof(
      { arbitrary: fc.constantFrom('a', 'b', 'é', '\ue000', '\u{10000}', ':', 'toJSON'), weight: 30 },
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '10', '9', ''),
    );
    const scalar = fc.oneof(
      { arbitrary: fc.string({ unit: 'grapheme' }), weight: 10 },
      { arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }), weight: 10 },
      { arbitrary: fc.constantFrom('\\ud800', undefined, null, true, -0, 1e21), weight: 10 },
      fc.constantFrom(
        NaN,
        Infinity,
        '\ud800',
        new Date(0),
        Object(1),
        () => 1,
        () => 'toJSON',
      ),
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(scalar, fc.array(tie('any'), { maxLength: 3 }), tie('object')),
      object: fc.oneof(
        { arbitrary: fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: false }), weight: 10 },
        fc.dictionary(fc.stringMatching(/^[a-z]{1,2}$/), fc.integer(), { maxKeys: 60, size: '+1' }),
      ),
    })).object;
    const outcomeOf = (write: () => unknown): unknown => {
      try {
        return write();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(value, (given) => {
        const object = Object(given);
        expect(outcomeOf(() => canonicalLine(object))).toBe(outcomeOf(() => canonicalize(object)));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuse a lone surrogate, which would hash like any other', () => {
    expect(() => canonicalLine({ a: '\ud800' })).toThrow(/surrogate/);
  });
});
