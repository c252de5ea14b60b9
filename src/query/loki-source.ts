/**
 * Loki as a source. It answers by time, in pages, for ranges below its `max_query_length`; the sorter then restores
 * journal order, since a record may reach Loki long after it was captured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, NANOS_PER_SECOND } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { plural } from '../platform/plural.ts';
import { createMatcher } from './filter.ts';
import { ALL_RECORDS, buildLogQuery } from './logql.ts';
import type { LokiClient, LokiEntry } from './loki-client.ts';
import { readableRecord } from './readable-record.ts';
import { inJournalOrder } from './record-sorter.ts';
import {
  lastOf,
  type Note,
  type RecordFilter,
  type RecordSource,
  type SourceRecord,
} from './record-source.ts';
import { readPage, splitRange, type TimeRange } from './time-range.ts';

/** Loki's `max_entries_limit_per_query`. */
const PAGE_ENTRIES = 5_000;
/** What one backward query can give. */
export const MAX_RECENT: number = PAGE_ENTRIES;
/** Below Loki's `max_query_length` of 721 h. */
const WINDOW_NANOS = 720n * 3600n * NANOS_PER_SECOND;
/** About a year: windows that are looked into together when a start is searched. */
const WINDOWS_AT_ONCE = 12n;
/** Clocks of other hosts may be ahead; Loki takes up to a week (`creation_grace_period` of loki.yaml). */
const AHEAD_NANOS = 168n * 3600n * NANOS_PER_SECOND;
const POLL_MILLIS = 1_000;
/** While following, records that arrive this much after their capture are still seen. */
const LATE_NANOS = 120n * NANOS_PER_SECOND;
const PROGRESS_MILLIS = 5_000;

export interface LokiSourceDeps {
  readonly client: LokiClient;
  readonly clock: Clock;
  readonly note: Note;
}

/** Reads the records that one Loki holds. */
export function createLokiSource({ client, clock, note }: LokiSourceDeps): RecordSource {
  const rangeOf = (filter: RecordFilter, signal?: AbortSignal): Promise<TimeRange> =>
    rangeToRead(client, clock, filter, signal);
  async function* read(filter: RecordFilter, signal?: AbortSignal): AsyncGenerator<SourceRecord> {
    const matches = createMatcher(filter);
    let foreign = 0;
    const range = await rangeOf(filter, signal);
    for await (const { line } of readLogs(client, buildLogQuery(filter), range, note, signal)) {
      const record = readableRecord(line);
      if (record && matches(record)) yield { line, record };
      else if (!record) foreign += 1;
    }
    if (foreign > 0)
      note(`${client.url}: skipped ${plural(foreign, 'entry', 'entries')} without a record of ours`);
  }
  return {
    name: 'loki',
    where: client.url,
    records: (...asked) => inJournalOrder(read(...asked)),
    stored: read,
    async recent(filter, count) {
      const entries = await newestLogs(client, buildLogQuery(filter), await rangeOf(filter), count);
      return lastOf(inJournalOrder(toRecords(entries, createMatcher(filter))), count);
    },
    follow: (filter, signal) => follow(client, filter, clock, signal),
  };
}

/**
 * Every entry of a log query in order of time, each once.
 * @throws AtelError incomplete — more entries share one nanosecond than a page holds
 */
export async function* readLogs(
  client: LokiClient,
  query: string,
  range: TimeRange,
  note: Note,
  signal?: AbortSignal,
): AsyncGenerator<LokiEntry> {
  let count = 0;
  let spoken = Date.now();
  for (const { start, end } of splitRange(range, WINDOW_NANOS)) {
    let from = start;
    let seen: ReadonlySet<string> = new Set();
    for (;;) {
      const request = { query, start: from, end, limit: PAGE_ENTRIES, direction: 'forward' as const };
      const page = readPage(await client.logs(request, signal), from, PAGE_ENTRIES, seen);
      if (page.kind === 'stuck') {
        const what = `more than ${PAGE_ENTRIES} entries stand at ${page.at} ns`;
        throw new AtelError('incomplete', what, { where: client.url, fix: 'narrow the query' });
      }
      yield* page.fresh;
      count += page.fresh.length;
      if (Date.now() - spoken > PROGRESS_MILLIS) {
        note(`reading ${client.url}: ${plural(count, 'entry', 'entries')} so far`);
        spoken = Date.now();
      }
      if (page.kind === 'done') break;
      [from, seen] = [page.next, page.seen];
    }
  }
}

/** The newest entries of a log query, oldest first; at most `MAX_RECENT`. */
export async function newestLogs(
  client: LokiClient,
  query: string,
  range: TimeRange,
  count: number,
): Promise<readonly LokiEntry[]> {
  const found: LokiEntry[] = [];
  for (const window of splitRange(range, WINDOW_NANOS).toReversed()) {
    const limit = Math.min(MAX_RECENT, count) - found.length;
    if (limit <= 0) break;
    found.push(...(await client.logs({ query, ...window, limit, direction: 'backward' })));
  }
  return found.toReversed();
}

/** The range that a filter asks for; without a beginning it is searched for. */
export async function rangeToRead(
  client: LokiClient,
  clock: Clock,
  { since, until }: Pick<RecordFilter, 'since' | 'until'>,
  signal?: AbortSignal,
): Promise<TimeRange> {
  const end = until ?? clock() + AHEAD_NANOS;
  return { start: since ?? (await findStart(client, end, signal)), end };
}

/**
 * Where the records of this Loki begin, to the window: it looks back year by year until one was silent. (Loki's
 * `index/stats` would be one request, but it does not see what is not flushed yet.)
 */
async function findStart(client: LokiClient, end: bigint, signal?: AbortSignal): Promise<bigint> {
  const hasRecords = async (start: bigint): Promise<boolean> => {
    const window = { start, end: start + WINDOW_NANOS, limit: 1, direction: 'forward' as const };
    return (await client.logs({ query: ALL_RECORDS, ...window }, signal)).length > 0;
  };
  let found = end - WINDOW_NANOS;
  for (let latest = found; latest > 0n; latest -= WINDOWS_AT_ONCE * WINDOW_NANOS) {
    const starts = Array.from(
      { length: Number(WINDOWS_AT_ONCE) },
      (_, nr) => latest - BigInt(nr) * WINDOW_NANOS,
    );
    const filled = await Promise.all(starts.map(hasRecords));
    const oldest = starts[filled.lastIndexOf(true)];
    if (oldest === undefined) break;
    found = oldest;
  }
  return found;
}

/** What stands there at the call is not told: `primed` holds it. */
function follow(
  client: LokiClient,
  filter: RecordFilter,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<SourceRecord> {
  const query = buildLogQuery(filter);
  const read = async function* (): AsyncGenerator<LokiEntry> {
    const now = clock();
    yield* readLogs(client, query, { start: now - LATE_NANOS, end: now + AHEAD_NANOS }, () => {}, signal);
  };
  const primed = newOf(read, new Map());
  // Awaited in `poll`, but only once the caller asks for the first record.
  primed.catch(() => {});
  return poll(read, primed, createMatcher(filter), clock, signal);
}

/** Keys of entries that were told, with their times, by which they are forgotten. */
type Told = Map<string, bigint>;

async function newOf(
  read: () => AsyncIterable<LokiEntry>,
  told: Told,
): Promise<{ readonly told: Told; readonly entries: readonly LokiEntry[] }> {
  const entries: LokiEntry[] = [];
  for await (const entry of read()) {
    if (told.has(entry.key)) continue;
    told.set(entry.key, entry.nanos);
    entries.push(entry);
  }
  return { told, entries };
}

async function* poll(
  read: () => AsyncIterable<LokiEntry>,
  primed: ReturnType<typeof newOf>,
  matches: (record: SourceRecord['record']) => boolean,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord> {
  try {
    const { told } = await primed;
    while (!signal.aborted) {
      await sleep(POLL_MILLIS, undefined, { signal });
      // Before the range that the next look can bring.
      const past = clock() - LATE_NANOS;
      for (const [key, nanos] of told) if (nanos < past) told.delete(key);
      yield* toRecords((await newOf(read, told)).entries, matches);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function toRecords(
  entries: readonly LokiEntry[],
  matches: (record: SourceRecord['record']) => boolean,
): readonly SourceRecord[] {
  return entries.flatMap(({ line }) => {
    const record = readableRecord(line);
    return record && matches(record) ? [{ line, record }] : [];
  });
}
