/** Names of a path, compared with globs; each comparison takes at worst as many steps as the lengths multiplied. */

/** One name of a path or of a pattern; taken apart once, compared with many. */
export interface Name {
  readonly text: string;
  /** It holds `*`, `?` or `[…]`. */
  readonly glob: boolean;
}

/** A name taken apart. */
export function nameOf(text: string): Name {
  return { text, glob: /[*?[]/.test(text) };
}

/** The names of a path or pattern, without the slashes. */
export function namesOf(path: string): readonly Name[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .map(nameOf);
}

/** Whether a name fits a pattern of `*`, `?` and `[…]`. */
export function matchesName({ text: pattern, glob }: Name, name: string): boolean {
  if (!glob) return pattern === name;
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    const step = pattern[p] === '*' ? 0 : stepOver(pattern, p, name.charAt(n));
    if (step > 0) {
      p += step;
      n += 1;
    } else if (pattern[p] === '*') {
      star = p;
      mark = n;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** How long the part of the pattern at `at` is that fits `char`; 0 when it does not fit. A set is taken as any character. */
function stepOver(pattern: string, at: number, char: string): number {
  if (pattern[at] === '?') return 1;
  if (pattern[at] === '[') {
    const end = pattern.indexOf(']', at + 2);
    if (end > 0) return end - at + 1;
  }
  return pattern[at] === char ? 1 : 0;
}
