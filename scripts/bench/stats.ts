/** Percentiles and a Markdown table, for all benches. */

/** The value below which a share of the values lies, by nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Rows of cells under a heading, aligned for reading as text too. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** A result of one bench: a section of docs/benchmarks.md. */
export interface BenchResult {
  readonly title: string;
  readonly text: string;
  /** Claims that must hold, e.g. `2 KB: hook / floor at p50 ≤ 1.6`, with what was measured. */
  readonly claims: readonly Claim[];
}

export interface Claim {
  readonly claim: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** A claim that a number is at most, or at least, a bound. */
export function claim(
  what: string,
  value: number,
  relation: '≤' | '≥' | '<',
  bound: number,
  digits = 2,
): Claim {
  const holds = relation === '≥' ? value >= bound : relation === '≤' ? value <= bound : value < bound;
  return {
    claim: `${what} ${relation} ${bound.toLocaleString('en')}`,
    measured: value.toLocaleString('en', { maximumFractionDigits: digits }),
    holds,
  };
}
