import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf, removeMember, setMember } from '../../src/capture/json-member.ts';

/** Objects as JSON.parse makes them, with keys that a scanner may trip over. */
const key = fc.oneof(fc.string(), fc.constantFrom('hooks', '"', '\\', '{', ']', 'a,b', ':', ''));
const objects = fc
  .dictionary(key, fc.jsonValue(), { maxKeys: 6 })
  .map((value) => JSON.parse(JSON.stringify(value)))
  .filter((value) => !Object.hasOwn(value, '__proto__'));
const layouts = fc.constantFrom<string | number | undefined>(undefined, 1, 2, 4, '\t');

describe('a member of a JSON object', () => {
  it('is set to what was asked for, and no other member changes', () => {
    fc.assert(
      fc.property(objects, layouts, fc.jsonValue(), (object, layout, value) => {
        const text = setMember(JSON.stringify(object, null, layout), 'hooks', JSON.stringify(value));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...object, hooks: value })));
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
        const text = JSON.stringify({ ...before, hooks: [1, { a: '}' }], ...after, hooks2: 1 }, null, layout);
        const { hooks: _, ...rest } = JSON.parse(text);
        expect(JSON.parse(removeMember(text, 'hooks'))).toEqual(rest);
      }),
    );
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
