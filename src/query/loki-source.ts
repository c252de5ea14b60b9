/**
 * Loki as a source. It answers by time, in pages, for ranges below its `max_query_length`; the sorter then restores
 * journal order, since a record may reach Loki long after it was captured.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, NANOS_PER_SECOND } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { createMatcher } from './filter.ts';
import { ALL_RECORDS, buildLogQuery } from './logql.ts';
import type { LokiClient, LokiEntry } from './loki-client.ts';
import { readableRecord } from './readable-record.ts';
import { createRecordSorter } from './record-sorter.ts';
import type { Note, RecordFilter, RecordSource, SourceRecord } from './record-source.ts';
import { readPage, splitRange, type TimeRange } from './time-range.ts';

/** Loki's `max_entries_limit_per_query`. */
const PAGE_ENTRIES = 5_000;
/** What one backward query can give. */
export const MAX_RECENT: number = PAGE_ENTRIES;
/** Below Loki's `max_query_length` of 721 h. */
const WINDOW_NANOS = 720n * 3600n * NANOS_PER_SECOND;
/** Without a start, the search for it ends after so many windows in a row (a year) without any record. */
const MAX_SILENT_WINDOWS = 12;
/** Clocks of other hosts may be ahead; Loki accepts up to 10 minutes. */
const AHEAD_NANOS = 600n * NANOS_PER_SECOND;
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
  return {
    name: 'loki',
    where: client.url,
    async *records(filter, signal) {
      const matches = createMatcher(filter);
      using sorter = createRecordSorter();
      let foreign = 0;
      const range = await rangeOf(filter, signal);
      for await (const { line } of readLogs(client, buildLogQuery(filter), range, note, signal)) {
        const record = readableRecord(line);
        if (record && matches(record)) sorter.add({ line, record });
        else if (!record) foreign += 1;
      }
      if (foreign > 0) note(`${client.url}: ${foreign} entries are no records of agent-telemetry; skipped`);
      yield* sorter.sorted();
    },
    async recent(filter, count) {
      const matches = createMatcher(filter);
      using sorter = createRecordSorter();
      const entries = await newestLogs(client, buildLogQuery(filter), await rangeOf(filter), count);
      for (const entry of toRecords(entries, matches)) sorter.add(entry);
      return [...sorter.sorted()];
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
        note(`reading ${client.url}: ${count} entries so far`);
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

/** Where the records of this Loki begin, to the window: it walks back until there was nothing for a long time. */
async function findStart(client: LokiClient, end: bigint, signal?: AbortSignal): Promise<bigint> {
  let start = end - WINDOW_NANOS;
  let silent = 0;
  for (let from = start; silent < MAX_SILENT_WINDOWS && from > 0n; from -= WINDOW_NANOS) {
    const window = { start: from, end: from + WINDOW_NANOS, limit: 1, direction: 'forward' as const };
    const entries = await client.logs({ query: ALL_RECORDS, ...window }, signal);
    silent = entries.length === 0 ? silent + 1 : 0;
    if (entries.length > 0) start = from;
  }
  return start;
}

/** What stands there at the call is not told: `primed` holds it. */
function follow(
  client: LokiClient,
  filter: RecordFilter,
  clock: Clock,
  signal: AbortSignal,
): AsyncIterable<SourceRecord> {
  const read = (): AsyncIterable<LokiEntry> => {
    const now = clock();
    const range = { start: now - LATE_NANOS, end: now + AHEAD_NANOS };
    return readLogs(client, buildLogQuery(filter), range, () => {}, signal);
  };
  const primed = keysOf(read());
  // Awaited below, but only once the caller asks for the first record.
  primed.catch(() => {});
  return poll(read, primed, createMatcher(filter), clock, signal);
}

async function keysOf(entries: AsyncIterable<LokiEntry>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of entries) keys.push(key);
  return keys;
}

async function* poll(
  read: () => AsyncIterable<LokiEntry>,
  primed: Promise<readonly string[]>,
  matches: (record: SourceRecord['record']) => boolean,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord> {
  // Two generations are enough: what was seen longer ago lies before the polled range.
  let [before, current] = [new Set<string>(), new Set<string>()];
  let turned = clock();
  try {
    for (const key of await primed) current.add(key);
    while (!signal.aborted) {
      await sleep(POLL_MILLIS, undefined, { signal });
      if (clock() - turned > LATE_NANOS + AHEAD_NANOS)
        [before, current, turned] = [current, new Set(), clock()];
      for await (const entry of read()) {
        if (before.has(entry.key) || current.has(entry.key)) continue;
        current.add(entry.key);
        yield* toRecords([entry], matches);
      }
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
