/** The form of a rule, and the patterns of values that rules share. */
import { isHarmlessValue } from './secret-names.ts';

export interface SecretRule {
  /** Kebab-case; stands in the mark that replaces the secret. */
  readonly id: string;
  /** Lower-case ASCII literals of two characters or more, one of which is in every text the rule can match; `long-run`: 20 token characters on end. */
  readonly hints: readonly string[] | 'long-run';
  /**
   * With flag `g`; the groups `quoted` and `bare`, or `secret`, are what is masked. A match ends where that ends (what
   * must follow is looked ahead for), so that its place is known without flag `d`, which makes a match cost four times as much.
   */
  readonly pattern: RegExp;
  /** With flag `g`: only what starts in a match of this counts. */
  readonly within?: RegExp;
  /** Second look at a match; without it every match counts. */
  readonly accept?: (match: SecretMatch) => boolean;
}

export interface SecretMatch {
  /** What would be masked. */
  readonly value: string;
  readonly text: string;
  /** Where in `text` the whole match and the value start. */
  readonly start: number;
  readonly valueStart: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Longest value a pattern takes; what reaches it is masked to the end of the text. */
export const MAX_VALUE_CHARS = 4096;

/** To the closing quote, also where the quotes are themselves escaped (JSON inside JSON), after `$` or Python's `f` too. */
const QUOTED = String.raw`(?:\$|[bBfFrRuU](?=["']))?(?<quote>\\{0,7}(?:"{3}|'{3}|["']))(?!\s)(?<quoted>(?:[^"'\\]|(?!(?<!\\)\k<quote>)["'\\]){1,${MAX_VALUE_CHARS}})`;
const BARE_CHAR = String.raw`[^\s"'\x60&|;<>,)}\]\\]|\\[^\s"'nrt]|,(?=[^\s"'])|[)}\]](?=[^\s"'\x60&|;<>,)}\]])`;
/** What was masked before, alone between quotes or blanks: there is nothing more to find, and many may be in a text. */
const MASKED = String.raw`(?:\$|[bBfFrRuU](?=["']))?(?<shut>\\{0,7}["']{1,3})\x9f+(?:\k<shut>|$)|\x9f+(?:[\s"']|\\["']|$)`;
/** A quoted text, or a word of a command line or configuration line. */
export const VALUE = `(?!${MASKED})(?:${QUOTED}|(?<bare>(?:${BARE_CHAR}){1,${MAX_VALUE_CHARS}}))`;
/** For patterns that go on after the value: backtracking over it must stay cheap. */
export const SHORT_VALUE = VALUE.replaceAll(`{1,${MAX_VALUE_CHARS}}`, '{1,256}');

/** A rule whose every match is a secret. */
export const rule = (id: string, hints: SecretRule['hints'], pattern: string, flags = 'i'): SecretRule => ({
  id,
  hints,
  pattern: new RegExp(pattern, `g${flags}`),
});

/** A rule whose matches get a second look. */
export const judged = (
  id: string,
  hints: SecretRule['hints'],
  pattern: string,
  accept: (match: SecretMatch) => boolean,
  flags = 'i',
): SecretRule => ({ ...rule(id, hints, pattern, flags), accept });

/** For `judged`: whatever is not surely harmless. */
export const notHarmless = ({ value }: SecretMatch): boolean => !isHarmlessValue(value);

/** So much of what stands before a match tells what its name belongs to. */
const BEFORE_CHARS = 128;

/** The text right before a match. */
export function textBefore({ text, start }: SecretMatch): string {
  return text.slice(Math.max(0, start - BEFORE_CHARS), start);
}
