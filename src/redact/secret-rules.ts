/**
 * What a secret looks like: the rules, as data (integrity.md §4). They come before secretlint's, which misses what
 * command lines are full of.
 *
 * Every pattern is linear in the text: no quantifier inside a quantifier over the same characters, every unbounded run
 * of characters can be entered at one place only, and what stands before the secret is bounded.
 */
import { CODE_RULES } from './code-rules.ts';
import { BLOCK_RULES } from './block-rules.ts';
import { COMMAND_RULES } from './command-rules.ts';
import { ENTROPY_RULE, FORM_RULES } from './form-rules.ts';
import { PLACE_RULES } from './place-rules.ts';
import type { SecretRule } from './secret-rule.ts';

/** Where two rules find the same, the first gives it its name. */
export const SECRET_RULES: readonly SecretRule[] = [
  ...FORM_RULES,
  ...PLACE_RULES,
  ...COMMAND_RULES,
  ...CODE_RULES,
  ...BLOCK_RULES,
  ENTROPY_RULE,
];
