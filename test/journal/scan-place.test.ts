import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafOf } from '../../src/journal/canonical.ts';
import { type Place, placeOf } from '../../src/journal/purged.ts';
import { readRecord } from '../../src/journal/reader.ts';
import { scanPlace } from '../../src/journal/scan-place.ts';
import { sealRecordings } from '../helpers/sealed-recordings.ts';

const lines = (await sealRecordings('everything'))
  .filter(({ record }) => record.session_id !== undefined)
  .map(({ line }) => line);
const [model = ''] = lines;

function scanned(line: string): Place | undefined {
  // What stands before a line may be anything.
  const bytes = Buffer.from(`"${line}\n`);
  return scanPlace(bytes, 1, bytes.length - 1, leafOf(line));
}

function parsed(line: string): Place | undefined {
  const reading = readRecord(line);
  return reading.kind === 'record' ? placeOf(reading.record, leafOf(line)) : undefined;
}

describe('scanning a line for its place', () => {
  it('finds the place of every record of a session that we write', () => {
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) expect(scanned(line)).toEqual(parsed(line));
  });

  it('takes all that JSON may hold, but for exponents', () => {
    const value = fc
      .jsonValue({ stringUnit: 'grapheme' })
      .filter((content) => !/\d[eE]/.test(JSON.stringify(content)));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value, (command, content) => {
        const member = `{"action_details":${JSON.stringify({ command, content })},`;
        const line = model.replace(/^\{("action_details":\{.*?\},)?(?="agent_context")/, () => member);
        expect(line).toContain(member);
        expect(scanned(line)).toEqual(parsed(line));
      }),
    );
  });

  it('takes no line that parsing refuses, and reads no other place than parsing does', () => {
    const texts = ['"\\{}[],: \t0-.eé'.split(''), String.raw`\u0061`, '""'].flat();
    const members = lines.flatMap((line) => line.match(/"\w+":(?:"[^"]*"|\d+|\{[^{}]*\}),?/g) ?? []);
    const insert = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(...members));
    const edit = fc.record({ at: fc.nat(), between: fc.boolean(), remove: fc.nat(3), insert });
    const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...lines), edits, (line, all) => {
        const edited = all.reduce((text, { at, between, remove, insert: piece }) => {
          const start = between ? text.indexOf('"', at % text.length) : at % text.length;
          return text.slice(0, start) + piece + text.slice(between ? start : start + remove);
        }, line);
        const place = scanned(edited);
        if (!place) return;
        taken += 1;
        expect(place).toEqual(parsed(edited));
      }),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it('finds nothing in a cut line, wherever it was cut', () => {
    for (let length = 0; length < model.length; length++)
      expect(scanned(model.slice(0, length))).toBeUndefined();
  });

  const inAudit = (member: string): string => model.replace('"audit":{', () => `"audit":{${member},`);
  it.each([
    ['a member that stands twice', inAudit('"prev":"x"')],
    ['an audit block that stands twice', model.replace('"audit":{', '"audit":{},"audit":{')],
    ['an audit block behind the others', model.replace(/"audit":(\{.*?\}),(.*)\}$/, '$2,"audit":$1}')],
    ['a key that is written with an escape', inAudit(String.raw`"\u0070rev":"x"`)],
    [
      'a session id with an escape',
      model.replace(/"session_id":"0(?=[^"]*","telemetry)/, String.raw`"session_id":"\u0030`),
    ],
    ['a line with spaces', model.replace(',"v":', ', "v":')],
    ['something behind the record', `${model} `],
    ['a number that is not exact', model.replace(/"seq":\d+/, '"seq":9007199254740993')],
    ['a number that is no whole one', model.replace(/"seq":(\d+)/, '"seq":$1.5')],
    ['a number with a leading zero', model.replace(/"seq":(\d+)/, '"seq":0$1')],
    ['the number zero', model.replace(/"sseq":\d+/, '"sseq":0')],
    ['a hash in capital letters', model.replace(/"prev":"[^"]*"/, `"prev":"${'A'.repeat(64)}"`)],
    ['a name that is no stream', model.replace(/"stream":"/, '"stream":"/')],
    ['another version', model.replace('"v":"atel/1"', '"v":"atel/2"')],
    ['a record without its id', model.replace(/"id":"[^"]*",/, '')],
    ['an id that is a number', model.replace(/"id":"[^"]*"/, '"id":1')],
    ['a control character', model.replace('"level":"', '"level":"\u0001')],
    ['a bad escape', model.replace('"level":"', String.raw`"level":"\x`)],
    ['half an escape', model.replace('"level":"', String.raw`"level":"\u00g0`)],
    ['more nesting than a stack bears', inAudit(`"a":${'['.repeat(400_000)}${']'.repeat(400_000)}`)],
  ])('leaves %s to parsing', (_what, line) => {
    expect(line).not.toBe(model);
    expect(scanned(line)).toBeUndefined();
  });
});
