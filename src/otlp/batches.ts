/**
 * The journal as bodies of requests. Two are made ready ahead: while one is under way, the next is compressed in
 * another thread and this one makes the one behind it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { JournaledRecord } from '../journal/record.ts';
import type { BatchSize } from './batch-limits.ts';
import { toLogRecord } from './log-record.ts';
import type { ResourceCache } from './resource.ts';

/** What was made of records in the journal's order, and where reading goes on. `Cursor` is the journal's own affair. */
export interface JournalBatch<Cursor, T> {
  readonly mapped: readonly T[];
  /** Of the records' lines, in UTF-8. */
  readonly bytes: number;
  readonly cursor: Cursor;
}

/** What delivery needs of the journal. */
export interface JournalOutlet<Cursor> {
  /** The cursor as it was saved last. */
  loadCursor(): Cursor;
  /** In one step; what was saved before may come back after a power cut. */
  saveCursor(cursor: Cursor): void;
  /**
   * The records behind `after`: at most `maxRecords`, and lines of at most `maxBytes` in all, but one record
   * whatever its size. None means that there is none yet. Each is mapped as it is read, so that none need be kept.
   */
  readBatch<T>(
    after: Cursor,
    maxRecords: number,
    maxBytes: number,
    map: (one: JournaledRecord) => T,
  ): JournalBatch<Cursor, T>;
}

/** A request to be. Its records stand in its body alone, so that what waits is small. */
export interface Batch<Cursor> {
  readonly after: Cursor;
  readonly cursor: Cursor;
  readonly records: number;
  /** Of their lines, in UTF-8. */
  readonly bytes: number;
  readonly body: Promise<Uint8Array>;
}

export interface Batches<Cursor> {
  /** The batch behind a place; `undefined` when there is no record yet. */
  behind(after: Cursor, size: BatchSize): Batch<Cursor> | undefined;
  /** Makes ready what `behind` will probably be asked for next. Never throws. */
  prepare(after: Cursor, size: BatchSize): void;
  /** The records of a batch, read again. */
  recordsOf(batch: Batch<Cursor>): readonly JournaledRecord[];
}

export interface BatchesDeps<Cursor> {
  readonly journal: JournalOutlet<Cursor>;
  readonly resources: ResourceCache;
  readonly encode: (records: readonly ReadableLogRecord[]) => Promise<Uint8Array>;
}

const MAX_AHEAD = 2;

type Sized<Cursor> = Batch<Cursor> & { readonly size: BatchSize };

/** Builds the reader; it holds at most `MAX_AHEAD` batches. */
export function createBatches<Cursor>({ journal, resources, encode }: BatchesDeps<Cursor>): Batches<Cursor> {
  let ahead: readonly Sized<Cursor>[] = [];
  const read = (after: Cursor, size: BatchSize): Sized<Cursor> | undefined => {
    const { mapped, bytes, cursor } = journal.readBatch(after, size.records, size.bytes, (one) =>
      toLogRecord(one, resources.of(one.record)),
    );
    if (mapped.length === 0) return undefined;
    return { after, size, cursor, records: mapped.length, bytes, body: encode(mapped) };
  };
  return {
    behind(after, size) {
      const [ready, ...others] = ahead;
      const fits = ready !== undefined && ready.after === after && isDeepStrictEqual(ready.size, size);
      ahead = fits ? others : [];
      return fits ? ready : read(after, size);
    },
    prepare(after, size) {
      try {
        while (ahead.length < MAX_AHEAD) {
          const batch = read(ahead.at(-1)?.cursor ?? after, size);
          if (!batch) return;
          ahead = [...ahead, batch];
        }
      } catch {
        // Read again when its turn comes, where what is wrong with it is told.
      }
    },
    recordsOf: ({ after, records, bytes }) => journal.readBatch(after, records, bytes, (one) => one).mapped,
  };
}
