/** Batches of LogRecords from the journal, the next one made ready while the one before is under way. */
import { isDeepStrictEqual } from 'node:util';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { SealedRecord } from '../journal/record.ts';
import type { BatchSize } from './batch-limits.ts';
import { toLogRecord } from './log-record.ts';
import type { ResourceCache } from './resource.ts';

/** Records in the journal's order, and where reading goes on behind them. `Cursor` is the journal's own affair. */
export interface JournalBatch<Cursor> {
  readonly sealed: readonly SealedRecord[];
  /** Of their lines, in UTF-8. */
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
   * whatever its size. None means that there is none yet.
   */
  readBatch(after: Cursor, maxRecords: number, maxBytes: number): JournalBatch<Cursor>;
}

export interface Batch<Cursor> extends JournalBatch<Cursor> {
  readonly logRecords: readonly ReadableLogRecord[];
}

export interface Batches<Cursor> {
  /** The batch behind a place. */
  behind(after: Cursor, size: BatchSize): Batch<Cursor>;
  /** Makes ready what `behind` will probably be asked for next. Never throws. */
  prepare(after: Cursor, size: BatchSize): void;
}

/** Builds the reader; it holds at most one batch. */
export function createBatches<Cursor>(
  journal: JournalOutlet<Cursor>,
  resources: ResourceCache,
): Batches<Cursor> {
  let ahead: { readonly after: Cursor; readonly size: BatchSize; readonly batch: Batch<Cursor> } | undefined;
  const read = (after: Cursor, { records, bytes }: BatchSize): Batch<Cursor> => {
    const batch = journal.readBatch(after, records, bytes);
    return { ...batch, logRecords: batch.sealed.map((one) => toLogRecord(one, resources.of(one.record))) };
  };
  return {
    behind(after, size) {
      const ready = ahead;
      ahead = undefined;
      const fits = ready !== undefined && ready.after === after && isDeepStrictEqual(ready.size, size);
      return fits ? ready.batch : read(after, size);
    },
    prepare(after, size) {
      try {
        const batch = read(after, size);
        if (batch.sealed.length > 0) ahead = { after, size, batch };
      } catch {
        // Read again when its turn comes, where what is wrong with it is told.
      }
    },
  };
}
