/** What one rule finds in a text, and how much work that may be. */
import { MAX_VALUE_CHARS, type SecretRule } from './secret-rule.ts';
import type { Span } from './view.ts';

export interface Find extends Span {
  readonly rule: string;
}

/** Characters that may still be read in a text; work is counted, not timed, so that a record is the same on every machine. */
export interface Allowance {
  /** In passes over the text. */
  scanned: number;
  /** In matches of all rules; a text can be made to be matched from each of its characters on. */
  matched: number;
}

/** What a match costs however short it is, in characters. */
const MATCH_CHARS = 32;

/** @throws Error when the allowance is used up: a text made to cost time */
export function spend(allowance: Allowance, on: keyof Allowance, chars: number): void {
  allowance[on] -= chars;
  if (allowance[on] < 0) throw new Error(`more characters ${on} than a text may cost`);
}

/**
 * What a rule finds, in order and free of overlaps.
 * @throws Error when the allowance is used up
 */
export function findsOf(
  { id, pattern, within, accept }: SecretRule,
  text: string,
  allowance: Allowance,
): Find[] {
  const finds: Find[] = [];
  const counts = within ? createAreas(within, text) : () => true;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    spend(allowance, 'matched', match[0].length + MATCH_CHARS);
    const groups = match.groups ?? {};
    const value = groups['quoted'] ?? groups['bare'] ?? groups['secret'] ?? '';
    const end = match.index + match[0].length;
    const start = end - value.length;
    const isSecret =
      value !== '' &&
      counts(match.index) &&
      (!accept || accept({ value, text, start: match.index, valueStart: start, groups }));
    if (isSecret) finds.push({ rule: id, start, end: value.length >= MAX_VALUE_CHARS ? text.length : end });
    else if (start > match.index) pattern.lastIndex = start;
  }
  return finds;
}

/** Tells of rising offsets whether they lie in a match of `pattern`. */
function createAreas(pattern: RegExp, text: string): (offset: number) => boolean {
  pattern.lastIndex = 0;
  let area = pattern.exec(text);
  return (offset) => {
    while (area && area.index + area[0].length <= offset) area = pattern.exec(text);
    return area !== null && area.index <= offset;
  };
}

/** Finds that overlap become one, named after the one that starts first. */
export function merged(finds: readonly Find[]): Find[] {
  const out: Find[] = [];
  for (const find of finds.toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && find.start < last.end) out[out.length - 1] = { ...last, end: Math.max(last.end, find.end) };
    else out.push(find);
  }
  return out;
}
