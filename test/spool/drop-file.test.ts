import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDropFile, parseDropFile } from '../../src/spool/drop-file.ts';

const name = '3f0a9c1e-0000-4000-8000-000000000001';
const header = { event: 'PreToolUse', installation: 'settings-user', name, values: { pid: '12' } };
const file = (payload: string): Buffer => formatDropFile(header, Buffer.from(payload));

describe('parseDropFile', () => {
  it('gives back any payload and any values, byte for byte', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        fc.dictionary(
          fc.oneof(fc.stringMatching(/^[a-z_]{1,12}$/), fc.constant('__proto__')),
          fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0') && s.isWellFormed()),
        ),
        (payload, values) => {
          const parsed = parseDropFile(name, formatDropFile({ ...header, values }, Buffer.from(payload)));
          expect(parsed?.commit).toBe('ok');
          expect(parsed?.payload.equals(payload)).toBe(true);
          expect(parsed?.header.values).toEqual(values);
        },
      ),
    );
  });

  it('takes only a trailer at the end, with the file’s own name, for the end', () => {
    const forged = file('{"a":1}\n\u001eOK other\n');
    expect(parseDropFile(name, forged)?.payload.toString()).toBe('{"a":1}\n\u001eOK other\n');
    const early = file(`x\n\u001eOK ${name}\ny`);
    expect(parseDropFile(name, early)?.payload.toString()).toBe(`x\n\u001eOK ${name}\ny`);
  });

  it('calls a file without its trailer unmarked, at every place it may be cut in the payload', () => {
    const whole = file('{"a":"b"}');
    const start = whole.indexOf('{');
    for (let end = start; end < whole.length; end++) {
      expect(parseDropFile(name, whole.subarray(0, end))?.commit).toBe('unmarked');
    }
  });

  it.each([
    ['another name', 'atel-spool/1 Stop s other\n\n{}'],
    ['another version', `atel-spool/2 Stop s ${name}\n\n{}`],
    ['no end of the header', `atel-spool/1 Stop s ${name}\npid=1`],
    ['a line that is no field', `atel-spool/1 Stop s ${name}\nfoo bar\n\n{}`],
    ['a word too many in its first line', `atel-spool/1 Stop s ${name} s\n\n{}`],
    ['a header that has no end within 128 KiB', `atel-spool/1 Stop s ${name}\n${'a=b\n'.repeat(33_000)}\n{}`],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(parseDropFile(name, Buffer.from(text))).toBeUndefined();
  });
});
