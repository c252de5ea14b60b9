/** Parts of words: what is text, and what Bash would still expand. */

export type Token =
  | { readonly kind: 'text' | 'brace' | 'glob'; readonly text: string }
  | { readonly kind: 'home'; readonly source: string }
  | { readonly kind: 'unknown'; readonly text: string; readonly source: string }
  | { readonly kind: 'split' };

export const literal = (text: string): Token => ({ kind: 'text', text });

/** Unquoted text: escapes are taken away, globs and braces told apart from what is meant literally. */
export function lexUnquoted(text: string, first: boolean): Token[] {
  const tokens: Token[] = [];
  let plain = '';
  const flush = (token?: Token): void => {
    if (plain !== '') tokens.push(literal(plain));
    plain = '';
    if (token) tokens.push(token);
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\\') {
      i += 1;
      if (text[i] !== '\n') plain += text[i] ?? '';
    } else if (char === '~' && i === 0 && first) flush({ kind: 'home', source: '~' });
    else if ('*?['.includes(char)) flush({ kind: 'glob', text: char });
    else if ('{,}'.includes(char)) flush({ kind: 'brace', text: char });
    else plain += char;
  }
  flush();
  return tokens;
}

/** Text between double quotes, its escapes taken away. */
export function unescapeDoubleQuoted(text: string): string {
  return text.replace(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char));
}

const ANSI_C: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  e: '\u001b',
};

/** Text between `$'` and `'`. */
export function decodeAnsiC(text: string): string {
  const escape = /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{1,4})|U([0-9a-f]{1,8})|([0-7]{1,3})|(.))/gis;
  return text.replace(
    escape,
    (_, hex?: string, short?: string, long?: string, octal?: string, char?: string) => {
      const digits = hex ?? short ?? long;
      if (digits !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return ANSI_C[char ?? ''] ?? char ?? '';
    },
  );
}
