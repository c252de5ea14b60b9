import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, escapeText } from '../../src/cli/escape.ts';

/** What a terminal acts on, or what does not show: C0, C1, bidi, zero-width, separators, tags, lone surrogates. */
const DANGEROUS =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs}/u;

const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(
      '\u001b[31m',
      '\r\n',
      '\u202e',
      '\u200b',
      '\u009b',
      '\ud800',
      '\u{e0041}',
      'é',
      '日',
      '\\',
      '"',
    ),
  ),
});

describe('escaping for a terminal', () => {
  it('leaves nothing that a terminal acts on or hides', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeText(text)).not.toMatch(DANGEROUS);
      }),
    );
  });

  it.each([
    ['a control character', '\u0085'],
    ['a sign of format', '\u0600'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['what fonts leave out', '\u115f'],
    ['half of a pair', '\udc00'],
    ['private use', '\ue000'],
    ['a code point that means nothing yet', '\u0378'],
  ])('shows %s as an escape', (_, character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    expect(escapeText(character)).toBe(code < '0100' ? `\\x${code.slice(2)}` : `\\u${code}`);
    expect(escapeJson(character)).toBe(`\\u${code}`);
  });

  it('leaves what is readable as it is', () => {
    const readable = 'größe 日本語 Ελλάδα C:\\temp "quoted" 50 % 👍';
    expect(escapeText(readable)).toBe(readable);
  });

  it('shows what was there', () => {
    expect(escapeText('a\u001b[2Jb\nc\u202etxt.exe\u{e0041}\u009b\ud800')).toBe(
      'a\\x1b[2Jb\\nc\\u202etxt.exe\\u{e0041}\\x9b\\ud800',
    );
  });

  it('keeps the value of JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeJson(JSON.stringify({ [text]: text }));
        expect(escaped).not.toMatch(DANGEROUS);
        expect(JSON.parse(escaped)).toEqual({ [text]: text });
      }),
    );
  });
});
