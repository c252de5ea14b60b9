/** The flags that all reading commands share, so that siblings look like siblings. */
import { type RecordFilter, SOURCE_NAMES, type SourceName } from '../query/record-source.ts';
import { NANOS_PER_SECOND, parseNanos } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { switchFlag, textFlag } from './flags.ts';

export interface ReadingFlags {
  readonly json: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly project?: string;
  readonly tool?: string;
  readonly event?: string;
  readonly source?: SourceName;
}

export const readingFlags = {
  json: switchFlag('Print JSON: records as they were sealed, one a line, else one document'),
  since: textFlag(
    'when',
    'Captured within the last 30m, 24h, 7d, or from a date or RFC 3339 time on (dates are UTC)',
  ),
  until: textFlag('when', 'Captured before then; a date counts to its end'),
  project: textFlag('name', 'Of the project with this name or path'),
  tool: textFlag('name', 'About this tool, e.g. Bash, mcp__github__create_issue'),
  event: textFlag('name', 'Of this event type or hook, e.g. file_read, SessionStart'),
  source: {
    kind: 'enum',
    values: SOURCE_NAMES,
    optional: true,
    brief: 'Where to read (default: the journal, else Loki, else the backup file)',
  },
} as const;

/** For commands that can be narrowed to a session; `timeline` takes it as its argument. */
export const sessionFlag = {
  session: textFlag('id', 'Of the session whose id begins so'),
} as const;

export const csvFlag = {
  csv: switchFlag('Print CSV (RFC 4180), instead of JSON or a table'),
} as const;

const UNIT_SECONDS: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n, d: 86_400n, w: 604_800n };
const DAY_NANOS = 86_400n * NANOS_PER_SECOND;

/**
 * The filter that the flags ask for, sessions aside.
 * @throws AtelError usage — a time that is none, or a range that ends before it begins
 */
export function toFilter(flags: ReadingFlags, now: bigint): RecordFilter {
  const since = flags.since === undefined ? undefined : parseWhen('--since', flags.since, now, 0n);
  const until = flags.until === undefined ? undefined : parseWhen('--until', flags.until, now, DAY_NANOS);
  if (since !== undefined && until !== undefined && since >= until) {
    throw new AtelError('usage', `${flags.since} is not before --until ${flags.until}`, {
      where: '--since',
      fix: 'swap them',
    });
  }
  const { project, tool, event } = flags;
  return { since, until, project, tool, event };
}

/** @param dayNanos what to add to a date without a time */
function parseWhen(flag: string, value: string, now: bigint, dayNanos: bigint): bigint {
  const ago = /^(\d{1,6})([smhdw])$/.exec(value);
  if (ago) return now - BigInt(ago[1] ?? 0) * (UNIT_SECONDS[ago[2] ?? ''] ?? 0n) * NANOS_PER_SECOND;
  const isDate = /^\d{4}-\d\d-\d\d$/.test(value);
  const nanos = isCalendarDay(value.slice(0, 10))
    ? parseNanos(isDate ? `${value}T00:00:00Z` : value)
    : undefined;
  if (nanos !== undefined) return isDate ? nanos + dayNanos : nanos;
  throw new AtelError('usage', `${JSON.stringify(value)} is no time`, {
    where: flag,
    fix: 'write 30m, 24h, 7d, 2026-11-22 or 2026-11-22T14:00:00Z',
  });
}

/** `Date` takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
