/** The journal as delivery reads it: batches behind the export cursor. */
import { type ExportCursor, readCursor, writeCursor } from '../journal/marks.ts';
import { type JournalPosition, readJournal, readRecord } from '../journal/reader.ts';
import type { SealedRecord } from '../journal/record.ts';
import { AtelError } from '../platform/errors.ts';
import type { JournalOutlet } from '../otlp/batches.ts';

/** Reads sealed records from the journal's files; the cursor is the journal's own, durable one. */
export function createOutlet(journalDir: string): JournalOutlet<ExportCursor | undefined> {
  return {
    loadCursor: () => readCursor(journalDir),
    saveCursor(cursor) {
      if (cursor) writeCursor(journalDir, cursor);
    },
    readBatch(after, maxRecords, maxBytes) {
      const sealed: SealedRecord[] = [];
      let cursor = after;
      let bytes = 0;
      for (const { line, leaf, position, torn, damaged } of readJournal(journalDir, positionOf(after))) {
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
        if (sealed.length > 0 && (sealed.length >= maxRecords || bytes + length > maxBytes)) break;
        sealed.push({ line, record, leaf });
        bytes += length;
        const { stream, seq } = record.audit;
        cursor = { stream, seq, leaf, segment: position.segment, offset: position.next };
      }
      return { sealed, bytes, cursor };
    },
  };
}

function positionOf(cursor: ExportCursor | undefined): JournalPosition | undefined {
  return cursor && { segment: cursor.segment, offset: cursor.offset };
}
