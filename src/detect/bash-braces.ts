/** Brace expansion. */
import type { Token } from './bash-token.ts';

/** Most words that braces or a loop variable turn one word into. */
export const MAX_ALTERNATIVES = 32;
/** Most parts of a word whose braces and alternatives are combined. */
export const MAX_PARTS = 512;

/** `a{b,c}d` → `abd`, `acd`; a brace pair without a comma is text, one with `..` is judged like a glob. */
export function expandBraces(tokens: readonly Token[]): readonly (readonly Token[])[] {
  if (tokens.length > MAX_PARTS) return [tokens];
  for (const [open, token] of tokens.entries()) {
    if (token.kind !== 'brace' || token.text !== '{') continue;
    const group = readGroup(tokens, open);
    if (!group) continue;
    const out: (readonly Token[])[] = [];
    for (const option of group.options) {
      for (const rest of expandBraces([...option, ...tokens.slice(group.end + 1)])) {
        out.push([...tokens.slice(0, open), ...rest]);
      }
      if (out.length >= MAX_ALTERNATIVES) break;
    }
    return out.slice(0, MAX_ALTERNATIVES);
  }
  return [tokens];
}

/** The options between the brace at `open` and its partner; `undefined` when it has none or no comma. */
function readGroup(
  tokens: readonly Token[],
  open: number,
): { readonly end: number; readonly options: Token[][] } | undefined {
  const options: Token[][] = [[]];
  let depth = 0;
  for (let i = open + 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) break;
    const brace = token.kind === 'brace' ? token.text : '';
    if (brace === '}' && depth === 0) return options.length > 1 ? { end: i, options } : undefined;
    if (brace === ',' && depth === 0) {
      options.push([]);
      continue;
    }
    depth += brace === '{' ? 1 : brace === '}' ? -1 : 0;
    options.at(-1)?.push(token);
  }
  return undefined;
}
