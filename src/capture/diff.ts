/** The difference of two texts for a human to read. */

/** Lines of either side that are compared; a settings file has a few hundred. */
const MAX_LINES = 5000;

/**
 * Lines with `- `, `+ ` or two spaces in front; one line of context around each change, `…` for what is left out.
 * Safe for a terminal: a repository may have written the file, and JSON allows some control characters as they are.
 */
export function diffLines(before: string, after: string): string[] {
  const [old, now] = [splitLines(before), splitLines(after)];
  const marked = compare(old.slice(0, MAX_LINES), now.slice(0, MAX_LINES));
  const changed = marked.map((line) => !line.startsWith(' '));
  if (!changed.includes(true)) return [];
  const result: string[] = [];
  marked.forEach((line, i) => {
    if (changed[i] || changed[i - 1] || changed[i + 1]) result.push(line);
    else if (result.at(-1) !== '  …') result.push('  …');
  });
  return result.map((line) => line.replaceAll(/[^\P{C}\t]/gu, escapeCharacter));
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** Common lines at both ends first, then the longest common subsequence of what is between. */
function compare(old: readonly string[], now: readonly string[]): string[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail++;
  const same = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
  return [
    ...same(old.slice(0, head)),
    ...compareMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...same(old.slice(old.length - tail)),
  ];
}

function compareMiddle(old: readonly string[], now: readonly string[]): string[] {
  // length[i][j]: longest common subsequence of old from i and now from j
  const width = now.length + 1;
  const length = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      length[i * width + j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const result: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && old[i] === now[j]) {
      result.push(`  ${old[i++]}`);
      j++;
    } else if (i < old.length && (j === now.length || at(i + 1, j) >= at(i, j + 1)))
      result.push(`- ${old[i++]}`);
    else result.push(`+ ${now[j++]}`);
  }
  return result;
}
