import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, removeMember, setMember } from '../../src/capture/json-member.ts';

/**
 * Objects as JSON.parse makes them, with keys that a scanner may trip over. Texts are compared, not what JSON.parse makes
 * of them: V8 reads the key `"\""` as a backslash once it has seen that key (nodejs/node#63785).
 */
const key = fc.oneof(fc.string(), fc.constantFrom('hooks', '"', '\\', '{', ']', 'a,b', ':', ''));
const objects = fc
  .dictionary(key, fc.jsonValue(), { maxKeys: 6 })
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => !Object.hasOwn(value, '__proto__'));
const MARK = 'the value of the member that is set';
const layouts = fc.constantFrom<string | number | undefined>(undefined, 1, 2, 4, '\t');

describe('a member of a JSON object', () => {
  it('is set to what was asked for, and no other member changes', () => {
    fc.assert(
      fc.property(objects, layouts, fc.jsonValue(), (object, layout, value) => {
        const others = { '{': 0, ...object };
        const set = setMember(JSON.stringify(others, null, layout), 'hooks', JSON.stringify(value));
        const [before, after] = JSON.stringify({ ...others, hooks: MARK }, null, layout).split(`"${MARK}"`);
        expect(set).toBe(`${before}${JSON.stringify(value)}${after}`);
      }),
    );
  });

  it('leaves the text as it was when it is added and removed again', () => {
    fc.assert(
      fc.property(objects, layouts, (object, layout) => {
        delete object.hooks;
        const text = `${JSON.stringify(object, null, layout)}\n`;
        const added = setMember(text, 'hooks', '{"a": [1]}');
        expect(removeMember(added, 'hooks')).toBe(text);
      }),
    );
  });

  it('is removed wherever it stands', () => {
    fc.assert(
      fc.property(objects, objects, layouts, (before, after, layout) => {
        const object = { ...before, hooks: [1, { a: '}' }], ...after, hooks2: 1 };
        const { hooks: _, ...rest } = object;
        expect(removeMember(JSON.stringify(object, null, layout), 'hooks')).toBe(
          JSON.stringify(rest, null, layout),
        );
      }),
    );
  });

  it('is set in an object that has none', () => {
    expect(setMember('{}', 'hooks', '[1]')).toBe('{\n  "hooks": [1]\n}');
  });

  it('keeps what JSON.parse would not: long numbers, repeated keys, spacing', () => {
    const text = '{ "n" : 12345678901234567890,\n  "n": 1e400, "list": [1,2] }';
    expect(setMember(text, 'hooks', '{}')).toBe(
      '{ "n" : 12345678901234567890,\n  "n": 1e400, "list": [1,2],"hooks":{} }',
    );
  });

  it('takes over indentation and line ends', () => {
    const text = '{\r\n\t"a": {}\r\n}\r\n';
    expect(layoutOf(text)).toEqual({ indent: '\t', eol: '\r\n' });
    expect(setMember(text, 'b', '1')).toBe('{\r\n\t"a": {},\r\n\t"b": 1\r\n}\r\n');
  });
});
