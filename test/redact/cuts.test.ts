import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutToFit } from '../../src/redact/cuts.ts';
import { wellFormed } from '../../src/redact/well-formed.ts';

const MAX = 8192;
const RESERVE = 1024;
const mayCut = (path: string): boolean =>
  /^(?:raw_input|action_details)(?:\.|$)/.test(path) && !path.endsWith('_id');
const bytes = (value: unknown): number => Buffer.byteLength(canonicalize(value) ?? '');

describe('size cuts', () => {
  it('leave alone what fits', () => {
    const value = { id: 'x', raw_input: { command: 'ls' } };
    expect(cutToFit(value, mayCut, MAX)).toEqual({ value, cut: [], fits: true });
    expect(cutToFit(value, mayCut, MAX).value).toBe(value);
  });

  it('shorten the longest text first and keep its head', () => {
    const value = {
      id: 'i'.repeat(300),
      action_details: { command: 'short '.repeat(100), tool_use_id: 't'.repeat(400) },
      raw_input: { a: 'a'.repeat(20_000), b: 'b'.repeat(2000) },
    };
    const { value: out, cut, fits } = cutToFit(value, mayCut, MAX);
    expect(fits).toBe(true);
    expect(cut).toEqual(['raw_input.a']);
    expect(out.raw_input.a).toMatch(/^a{2000,}…\[cut:\d+\]$/);
    const kept = out.raw_input.a.indexOf('…');
    expect(out.raw_input.a).toBe(`${'a'.repeat(kept)}…[cut:${20_000 - kept}]`);
    expect(out).toEqual({ ...value, raw_input: { ...value.raw_input, a: out.raw_input.a } });
    expect(bytes(out)).toBeGreaterThan(MAX - RESERVE - 200);
  });

  it('cut between code points and count bytes as JSON writes them', () => {
    for (const piece of ['😀', 'é', '\u0001', '"', '\n', '漢']) {
      const { value, fits } = cutToFit({ raw_input: piece.repeat(9000) }, mayCut, MAX);
      expect(fits).toBe(true);
      expect(value.raw_input.isWellFormed()).toBe(true);
      expect(bytes(value)).toBeGreaterThan(MAX - RESERVE - 300);
    }
  });

  it('drop whole blocks when texts are not enough', () => {
    const wide = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`k${i}`, i]));
    const { value, cut, fits } = cutToFit({ id: 'x', raw_input: wide }, mayCut, MAX);
    expect(fits).toBe(true);
    expect(cut).toEqual(['raw_input']);
    expect(value).toEqual({ id: 'x', raw_input: expect.stringMatching(/^…\[cut:\d+\]$/) });
  });

  it('say so when what may be cut is not enough', () => {
    const value = { id: 'i'.repeat(9000), raw_input: 'r'.repeat(5000) };
    const { value: out, fits } = cutToFit(value, mayCut, MAX);
    expect(fits).toBe(false);
    expect(out.id).toBe(value.id);
  });

  it('always fit, list of cuts included, and never touch what must stay', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.string({ unit: 'grapheme' }),
        fc
          .tuple(
            fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
            fc.integer({ min: 1, max: 6000 }),
          )
          .map(([piece, times]) => piece.repeat(times)),
        fc.array(tie('value'), { maxLength: 12 }),
        fc.dictionary(fc.string({ maxLength: 12 }), tie('value'), { maxKeys: 12 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, fc.string({ maxLength: 300 }), (rawInput, id) => {
        const value = wellFormed({
          id,
          raw_input: rawInput,
          action_details: { tool_use_id: id, command: 'ls' },
        }).value;
        const { value: out, cut, fits } = cutToFit(value, mayCut, MAX);
        expect(fits).toBe(true);
        expect(bytes(out) + bytes(cut)).toBeLessThanOrEqual(MAX - RESERVE + 2);
        expect(out.id).toBe(value.id);
        if (!cut.includes('action_details')) expect(out.action_details.tool_use_id).toBe(value.id);
        expect(cut.every((path) => mayCut(path))).toBe(true);
        expect(cut.length === 0).toBe(out === value);
      }),
      { numRuns: 300 },
    );
  });
});

describe('well-formed values', () => {
  it('replace lone surrogates in values and keys, and name where', () => {
    const { value, repaired } = wellFormed({ a: 'x\ud800', 'k\udc00': { b: ['ok', '\udfff'] } });
    expect(value).toEqual({ a: 'x\ufffd', 'k\ufffd': { b: ['ok', '\ufffd'] } });
    expect(repaired).toEqual(['a', 'k\ufffd', 'k\ufffd.b.1']);
  });

  it('keep two keys apart that become equal', () => {
    const { value } = wellFormed({ 'k\ud800': 1, 'k\ud801': 2 });
    expect(value).toEqual({ 'k\ufffd': 1, 'k\ufffd#2': 2 });
  });

  it('turn numbers that a reader may round into strings', () => {
    const odd = { big: 2 ** 53, nan: NaN, inf: -Infinity, half: 0.5, zero: -0, fine: 2 ** 53 - 1, n: 10n };
    const { value, repaired } = wellFormed(odd);
    expect(value).toEqual({
      big: '9007199254740992',
      nan: 'NaN',
      inf: '-Infinity',
      half: '0.5',
      zero: 0,
      fine: 2 ** 53 - 1,
      n: '10',
    });
    expect(Object.is(value.zero, 0)).toBe(true);
    expect(repaired).toEqual(['big', 'nan', 'inf', 'half', 'n']);
  });

  it('allow fractions in `resource_usage` only', () => {
    const { value, repaired } = wellFormed({
      resource_usage: { cpu_percent: 12.5, memory_mb: Infinity },
      raw_input: { resource_usage: { cpu_percent: 12.5 } },
    });
    expect(value.resource_usage).toEqual({ cpu_percent: 12.5, memory_mb: 'Infinity' });
    expect(value.raw_input).toEqual({ resource_usage: { cpu_percent: '12.5' } });
    expect(repaired).toEqual(['resource_usage.memory_mb', 'raw_input.resource_usage.cpu_percent']);
  });

  it('give back the same object when there is nothing to repair', () => {
    const value = { a: [1, { b: 'x' }], c: null };
    expect(wellFormed(value)).toEqual({ value, repaired: [] });
    expect(wellFormed(value).value).toBe(value);
  });

  it('make anything canonical JSON can write, once and for all', () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), anything), (record) => {
        const { value } = wellFormed(record);
        const line = canonicalize(value) ?? '';
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(wellFormed(value)).toEqual({ value, repaired: [] });
      }),
      { numRuns: 500 },
    );
  });
});
