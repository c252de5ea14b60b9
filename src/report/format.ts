/** Small values as people read them. */
import type { FindingLevel, Outcome } from '../journal/record.ts';
import type { Style } from './table.ts';

const SHORT_ID_CHARACTERS = 8;

/** RFC 3339 cut to milliseconds, so that it can be given to `--since`: `2026-11-22T20:14:21.123Z`. */
export function shortTime(timestamp: string): string {
  return `${timestamp.slice(0, 23)}Z`;
}

/** `87 ms`, `4.2 s`, `3 m 05 s`, `2 h 07 m`. */
export function shortDuration(millis: number): string {
  if (millis < 1000) return `${Math.round(millis)} ms`;
  const seconds = millis / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  if (minutes < 60) return `${minutes} m ${String(rest).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}

/** Shortens ids to beginnings of equal length that still tell them apart. */
export function idShortener(ids: Iterable<string>): (id: string) => string {
  const distinct = new Set(ids);
  let length = SHORT_ID_CHARACTERS;
  const longest = [...distinct].reduce((most, id) => Math.max(most, id.length), 0);
  while (length < longest && new Set([...distinct].map((id) => id.slice(0, length))).size < distinct.size)
    length++;
  return (id) => id.slice(0, length);
}

/** How an outcome is shown; success needs no eye. */
export function outcomeStyle(outcome: Outcome | undefined): Style | undefined {
  if (outcome === undefined || outcome === 'success') return undefined;
  return outcome === 'unknown'
    ? 'dim'
    : outcome === 'failure' || outcome === 'interrupted'
      ? 'red'
      : 'yellow';
}

/** How a finding is shown. */
export function levelStyle(level: FindingLevel | undefined): Style | undefined {
  return level === undefined ? undefined : level === 'high' ? 'red' : level === 'medium' ? 'yellow' : 'cyan';
}

const RANK: Readonly<Record<FindingLevel, number>> = { low: 1, medium: 2, high: 3 };

/** The gravest of several levels. */
export function gravest(levels: readonly FindingLevel[]): FindingLevel | undefined {
  return levels.toSorted((a, b) => RANK[b] - RANK[a])[0];
}
