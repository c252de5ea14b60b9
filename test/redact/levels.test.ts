import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldTable } from '../../src/event/field-class.ts';
import { applyLevel } from '../../src/redact/levels.ts';

const TABLE: FieldTable = {
  session_id: 'plain',
  count: 'plain',
  tags: 'plain',
  cwd: 'path',
  command: 'text',
  prompt: 'content',
  tool_input: { file_path: 'path', limit: 'plain', content: 'content' },
  edits: { file_path: 'path', old_string: 'content' },
};

const PAYLOAD = {
  session_id: 's-1',
  count: 3,
  tags: ['a', 'b', null],
  cwd: '/work',
  command: 'ls -la',
  prompt: 'hé',
  tool_input: { file_path: '/work/a.ts', limit: 10, content: 'secret body', new_option: true },
  edits: [
    { file_path: 'b.ts', old_string: 'x', new_thing: [1, 2] },
    { file_path: 'c.ts', old_string: 'y', new_thing: null },
  ],
  brand_new: { deep: 'value' },
};

describe('capture levels', () => {
  it('shows names, paths and masked text at `redacted`, and the rest as type and size', () => {
    expect(applyLevel(PAYLOAD, TABLE, 'redacted')).toEqual({
      shown: {
        session_id: 's-1',
        count: 3,
        tags: ['a', 'b', null],
        cwd: '/work',
        command: 'ls -la',
        prompt: { hidden: 'string', bytes: 3 },
        tool_input: {
          file_path: '/work/a.ts',
          limit: 10,
          content: { hidden: 'string', bytes: 11 },
          new_option: { hidden: 'boolean', bytes: 4 },
        },
        edits: [
          {
            file_path: 'b.ts',
            old_string: { hidden: 'string', bytes: 1 },
            new_thing: { hidden: 'array', bytes: 5 },
          },
          {
            file_path: 'c.ts',
            old_string: { hidden: 'string', bytes: 1 },
            new_thing: { hidden: 'null', bytes: 4 },
          },
        ],
        brand_new: { hidden: 'object', bytes: 16 },
      },
      hidden: 8,
      unknown: ['tool_input.new_option', 'edits.new_thing', 'brand_new'],
    });
  });

  it('hides text as well at `metadata`', () => {
    const { shown, hidden } = applyLevel(PAYLOAD, TABLE, 'metadata');
    expect(shown['command']).toEqual({ hidden: 'string', bytes: 6 });
    expect(shown['cwd']).toBe('/work');
    expect(hidden).toBe(9);
  });

  it('shows everything at `full`, and still names what is unknown', () => {
    const { shown, hidden, unknown } = applyLevel(PAYLOAD, TABLE, 'full');
    expect(shown).toEqual(PAYLOAD);
    expect(hidden).toBe(0);
    expect(unknown).toEqual(['tool_input.new_option', 'edits.new_thing', 'brand_new']);
  });

  it('hides a known field of an unexpected kind: its inside was never judged', () => {
    const odd = {
      session_id: { inner: 'canary' },
      tags: [{ inner: 'canary' }],
      tool_input: 'canary',
      edits: ['canary'],
    };
    const { shown, unknown } = applyLevel(odd, TABLE, 'redacted');
    expect(JSON.stringify(shown)).not.toContain('canary');
    expect(unknown).toEqual(['session_id', 'tags', 'tool_input', 'edits']);
  });

  it('shows no unknown value at any depth, whatever the payload is', () => {
    const canary = 'canary-7c1f';
    const planted = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(canary),
        fc.constant(`${canary} in a text`),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 6 }), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const name = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        'hasOwnProperty',
        'new_field',
        'file_path2',
        '',
      ),
    );
    const unknownFields = fc.dictionary(name, planted, { maxKeys: 6 });
    fc.assert(
      fc.property(unknownFields, unknownFields, unknownFields, planted, (top, inner, element, wrong) => {
        const known = new Set([...Object.keys(TABLE), 'file_path', 'limit', 'content', 'old_string']);
        const strange = (fields: Record<string, unknown>): Record<string, unknown> =>
          Object.fromEntries(Object.entries(fields).filter(([key]) => !known.has(key)));
        const payload = {
          ...strange(top),
          session_id: Array.isArray(wrong) || typeof wrong === 'object' ? wrong : 's-1',
          tool_input: { ...strange(inner), file_path: 'a' },
          edits: [{ ...strange(element), old_string: canary }, wrong],
          prompt: wrong,
        };
        // An array of texts under a plain name is what the table says may be seen.
        const plainTexts = Array.isArray(wrong) && wrong.some((item) => typeof item === 'string');
        if (plainTexts) payload.session_id = 's-1';
        for (const level of ['metadata', 'redacted'] as const) {
          expect(JSON.stringify(applyLevel(payload, TABLE, level).shown)).not.toContain(canary);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes keys like `__proto__` as plain unknown fields', () => {
    const payload: Record<string, unknown> = { session_id: 's' };
    for (const key of ['__proto__', 'constructor', 'toString']) {
      Object.defineProperty(payload, key, { value: { polluted: 'canary' }, enumerable: true });
    }
    for (const level of ['metadata', 'redacted', 'full'] as const) {
      const { shown, unknown } = applyLevel(payload, TABLE, level);
      expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
      expect('polluted' in shown).toBe(false);
      expect('polluted' in {}).toBe(false);
      expect(unknown).toEqual(['__proto__', 'constructor', 'toString']);
      expect(Object.keys(JSON.parse(JSON.stringify(shown)))).toEqual([
        'session_id',
        '__proto__',
        'constructor',
        'toString',
      ]);
    }
  });

  it('bounds keys, width, depth and the list of unknown fields', () => {
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`field${i}`, 'v']));
    const wideShown = applyLevel({ ...wide, ['k'.repeat(5000)]: 1 }, TABLE, 'full');
    expect(Object.keys(wideShown.shown)).toHaveLength(257);
    expect(wideShown.shown['…']).toMatchObject({ hidden: 'object' });
    expect(wideShown.unknown).toHaveLength(256);

    const { unknown } = applyLevel(
      { ['k'.repeat(5000)]: 1, [`${'k'.repeat(200)}2`]: 2, 'a\ud800': 3 },
      TABLE,
      'redacted',
    );
    expect(unknown).toEqual(['k'.repeat(128), 'a\ufffd']);

    const long = applyLevel({ tags: Array.from({ length: 300 }, String) }, TABLE, 'redacted').shown['tags'];
    expect(long).toHaveLength(257);

    let deep: unknown = 'bottom';
    for (let i = 0; i < 100; i++) deep = { in: deep };
    const text = JSON.stringify(applyLevel({ deep }, TABLE, 'full').shown);
    expect(text).not.toContain('bottom');
    expect(text).toContain('"hidden":"object"');
  });

  it('survives nesting that no JSON writer survives', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(applyLevel({ deep }, TABLE, 'redacted').shown['deep']).toEqual({ hidden: 'array', bytes: 0 });
  });
});
