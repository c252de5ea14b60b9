/** The journal as delivery reads it: batches behind the export cursor. */
import { type ExportCursor, readCursor, writeCursor } from '../journal/marks.ts';
import { type JournalLine, type JournalPosition, readJournal, readRecord } from '../journal/reader.ts';
import type { AtelRecord, JournaledRecord } from '../journal/record.ts';
import { AtelError } from '../platform/errors.ts';
import type { JournalBatch, JournalOutlet } from '../otlp/batches.ts';

/** Reads sealed records from the journal's files; the cursor is the journal's own, durable one. */
export function createOutlet(journalDir: string): JournalOutlet<ExportCursor | undefined> {
  return {
    loadCursor: () => readCursor(journalDir),
    saveCursor(cursor) {
      if (cursor) writeCursor(journalDir, cursor);
    },
    readBatch<T>(
      after: ExportCursor | undefined,
      maxRecords: number,
      maxBytes: number,
      map: (one: JournaledRecord) => T,
    ): JournalBatch<ExportCursor | undefined, T> {
      const mapped: T[] = [];
      let last: Last | undefined;
      let bytes = 0;
      for (const read of readJournal(journalDir, positionOf(after))) {
        const { line, position, torn, damaged } = read;
        if (torn) break;
        const reading = damaged === undefined ? readRecord(line) : undefined;
        // Behind what was purged there always is the record that tells of it, which moves the cursor.
        if (reading?.kind === 'purged') continue;
        if (reading?.kind !== 'record') {
          const where = `${journalDir}/${position.segment} at byte ${position.offset}`;
          throw new AtelError('tampered', damaged ?? 'is not a record of ours', {
            where,
            fix: 'run `atel verify`',
          });
        }
        const { record } = reading;
        const length = position.next - position.offset - 1;
        if (mapped.length > 0 && (mapped.length >= maxRecords || bytes + length > maxBytes)) break;
        mapped.push(map({ line, record }));
        bytes += length;
        last = { read, record };
      }
      return { mapped, bytes, cursor: last ? cursorBehind(last) : after };
    },
  };
}

interface Last {
  readonly read: JournalLine;
  readonly record: AtelRecord;
}

/** Only of the last record: a leaf costs a hash. */
function cursorBehind({ read: { leaf, position }, record }: Last): ExportCursor {
  const { stream, seq } = record.audit;
  return { stream, seq, leaf, segment: position.segment, offset: position.next };
}

function positionOf(cursor: ExportCursor | undefined): JournalPosition | undefined {
  return cursor && { segment: cursor.segment, offset: cursor.offset };
}
