import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePayload } from '../../src/event/payload.ts';

const parse = (text: string | Buffer) => parsePayload(Buffer.from(text));
const why = (text: string | Buffer) => {
  const parsed = parse(text);
  return parsed.kind === 'unreadable' ? parsed.why : 'payload';
};

describe('parsePayload', () => {
  it.each([
    ['', 'empty'],
    [' \n', 'empty'],
    ['{"a":', 'truncated_input'],
    ['{"a":"b', 'truncated_input'],
    ['{"a":1}}', 'invalid_json'],
    ['{a:1}', 'invalid_json'],
    ['[1]', 'not_object'],
    ['null', 'not_object'],
    ['"text"', 'not_object'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'too_deep'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'invalid_utf8'],
    [Buffer.from([0x7b, 0xed, 0xa0, 0x80, 0x7d]), 'invalid_utf8'],
    ['{"a":"\u0000"}', 'raw_nul'],
  ])('says why %j cannot be read: %s', (text, reason) => {
    expect(why(text)).toBe(reason);
  });

  it('keeps what the beginning of a cut payload tells', () => {
    const parsed = parse(
      '{"session_id":"abc-1","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"com',
    );
    expect(parsed).toEqual({
      kind: 'unreadable',
      why: 'truncated_input',
      salvaged: { session_id: 'abc-1', hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    });
  });

  it('salvages nothing that has not the shape of an id', () => {
    const parsed = parse('{"session_id":"a b; rm","tool_name":"x\\n');
    expect(parsed.kind === 'unreadable' && parsed.salvaged).toEqual({});
  });

  it('keeps numbers that a double cannot hold as their source text', () => {
    const parsed = parse(
      '{"big":9223372036854775807,"huge":1e400,"precise":0.1234567890123456789,"n":12,"t":1.5}',
    );
    expect(parsed).toEqual({
      kind: 'payload',
      payload: { big: '9223372036854775807', huge: '1e400', precise: '0.1234567890123456789', n: 12, t: 1.5 },
      repaired: ['numbers'],
    });
  });

  it.each(['{"a":"at :1234567890123456789"}', '{"a":1.0e2}', '{"a":1.000000000000000}'])(
    'tells of no number where none became text: %s',
    (source) => {
      expect(parse(source)).toEqual({ kind: 'payload', payload: JSON.parse(source), repaired: [] });
    },
  );

  it.each([
    ['{"a":1,"b":{"c":[{"d":1}]}}', []],
    ['{"a":1,"a":2}', ['dup_keys']],
    ['{"a":[{"b":1,"b":1}]}', ['dup_keys']],
    ['{"a":1,"\\u0061":2}', ['dup_keys']],
    ['{"a":":","b":"\\":"}', []],
    ['{"__proto__":1,"constructor":2}', []],
    ['{"a":1,"a":1e400}', ['numbers', 'dup_keys']],
  ])('tells when a key stands twice in one object: %s', (source, repaired) => {
    expect(parse(source)).toMatchObject({ kind: 'payload', repaired });
  });

  it('reads a payload nested as deeply as the format allows', () => {
    expect(why(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`)).toBe('payload');
    expect(why(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`)).toBe('too_deep');
  });

  it('does not count brackets inside strings', () => {
    expect(why(JSON.stringify({ a: '[['.repeat(200), b: '\\"[' }))).toBe('payload');
  });

  it('never throws, and gives back every JSON object as it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const source = JSON.stringify(value);
        const parsed = parse(source);
        if (source.includes('\u0000')) return;
        expect(parsed.kind).toBe('payload');
        if (parsed.kind === 'payload' && parsed.repaired.length === 0) {
          expect(JSON.stringify(parsed.payload)).toBe(source);
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) =>
        ['payload', 'unreadable'].includes(parse(Buffer.from(bytes)).kind),
      ),
    );
  });
});
