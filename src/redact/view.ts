/** Marks that replace secrets, and the view of a text in which the rules look for them. */

/** In place of an earlier mark, character by character: part of no name, no number and no token. */
const FILLER = '\ufffc';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text as the rules see it: earlier marks blanked, line continuations of the shell taken out. */
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
  const blanked = original.includes('[redacted:')
    ? original.replace(markPattern, (found: string, start: number) => {
        marks.push({ start, end: start + found.length });
        return FILLER.repeat(found.length);
      })
    : original;
  return blanked.includes('\\\n') || blanked.includes('\\\r\n')
    ? unfolded(blanked, marks)
    : { text: blanked, marks, origin: (span) => span };
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
