/** Text that others chose, made safe to show: what a terminal would act on or hide becomes a visible escape. */

/**
 * Control characters (ANSI sequences begin with one), bidi overrides, zero-width and other invisible characters, line
 * and paragraph separators, lone surrogates, private use and unassigned code points.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line of printable text: `\n`, `\x1b`, `\u202e`, `\u{e0041}` stand for what was there. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    if (code > 0xffff) return `\\u{${hex}}`;
    return SHORT[character] ?? (code > 0xff ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`);
  });
}

/** The same JSON value, with JSON's own escapes for what a terminal would act on. */
export function escapeJson(line: string): string {
  return line.replace(UNSAFE, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
