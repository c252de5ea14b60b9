/** Marks that replace secrets, and the view of a text in which the rules look for them. */

/** In place of an earlier mark, character by character: a control character, part of no name, number or token. */
const FILLER = '\u009f';
/**
 * In place of what Latin-1 has not, so that the rules read single bytes: case-insensitive patterns cost several times as
 * much on a text of two. To them these characters are blanks, dots of a masked input, or any sign.
 */
const WIDE = /[^\0-\xff]/;
const NARROW: readonly (readonly [RegExp, string])[] = [
  [/[\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/g, '\xa0'],
  [/[\u2022\ufffc]/g, '\xb7'],
  [/[^\0-\xff]/g, '\xa4'],
];
/** Longer texts are copied in any case: a piece of a wide text takes two bytes a character whatever is in it. */
const MAX_UNCOPIED_CHARS = 4096;

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text as the rules see it: in Latin-1, earlier marks blanked, line continuations of the shell taken out. */
export interface View {
  readonly text: string;
  /** Where the marks stand in the original. */
  readonly marks: readonly Span[];
  /** The piece of the original that a piece of `text` came from. */
  readonly origin: (span: Span) => Span;
}

/** What stands in place of a secret. */
export function mark(rule: string, chars: number): string {
  return `[redacted:${rule}:${chars}]`;
}

/** Matches the marks of these rules, and nothing that an agent could hide a text in. */
export function markPattern(ruleIds: readonly string[]): RegExp {
  return new RegExp(`\\[redacted:(?:${[...new Set(ruleIds)].join('|')}):\\d{1,9}\\]`, 'g');
}

export function viewOf(original: string, markPattern: RegExp): View {
  const marks: Span[] = [];
  const narrow = narrowed(original);
  const blanked = narrow.includes('[redacted:')
    ? narrow.replace(markPattern, (found: string, start: number) => {
        marks.push({ start, end: start + found.length });
        return FILLER.repeat(found.length);
      })
    : narrow;
  return blanked.includes('\\\n') || blanked.includes('\\\r\n')
    ? unfolded(blanked, marks)
    : { text: blanked, marks, origin: (span) => span };
}

/** As long as it was. */
function narrowed(text: string): string {
  if (!WIDE.test(text) && text.length <= MAX_UNCOPIED_CHARS) return text;
  const narrow = NARROW.reduce((kept, [wide, sign]) => kept.replace(wide, sign), text);
  return Buffer.from(narrow, 'latin1').toString('latin1');
}

function unfolded(text: string, marks: readonly Span[]): View {
  const offsets = new Int32Array(text.length + 1);
  let out = '';
  let kept = 0;
  for (const { index, 0: fold } of text.matchAll(/\\\r?\n/g)) {
    for (let i = kept; i < index; i++) offsets[out.length + i - kept] = i;
    out += text.slice(kept, index);
    kept = index + fold.length;
  }
  for (let i = kept; i < text.length; i++) offsets[out.length + i - kept] = i;
  out += text.slice(kept);
  return {
    text: out,
    marks,
    origin: ({ start, end }) => ({ start: offsets[start] ?? 0, end: (offsets[end - 1] ?? 0) + 1 }),
  };
}
