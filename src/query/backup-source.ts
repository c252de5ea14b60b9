/** The Collector's backup as a source. Copies and disorder are what an at-least-once hop leaves; sorting undoes both. */
import { backupLines, bodiesIn, createForeignCount, listBackupFiles } from './backup-lines.ts';
import { isCompressed } from './compressed-lines.ts';
import { createMatcher, lineNeedle } from './filter.ts';
import { followFiles } from './follow-files.ts';
import { escapedNeedle, parseOtlpLine } from './otlp-lines.ts';
import { readableRecord } from './readable-record.ts';
import { inJournalOrder } from './record-sorter.ts';
import {
  lastOf,
  type Note,
  type RecordFilter,
  type RecordSource,
  type SourceRecord,
} from './record-source.ts';

export interface BackupSourceDeps {
  readonly directory: string;
  readonly note: Note;
}

/** Reads the backup files of one directory. */
export function createBackupSource({ directory, note }: BackupSourceDeps): RecordSource {
  const stored: RecordSource['stored'] = (filter, signal) => readBackup(directory, filter, note, signal);
  const records: RecordSource['records'] = (...asked) => inJournalOrder(stored(...asked));
  return {
    name: 'backup',
    where: directory,
    records,
    stored,
    recent: (filter, count) => lastOf(records(filter), count),
    follow(filter, signal) {
      const matches = createMatcher(filter);
      const parse = (text: string): readonly SourceRecord[] =>
        (parseOtlpLine(text)?.bodies ?? []).flatMap((line) => {
          const record = readableRecord(line);
          return record && matches(record) ? [{ line, record }] : [];
        });
      return followFiles(
        () => listBackupFiles(directory).filter((path) => !isCompressed(path)),
        parse,
        'inode',
        signal,
      );
    },
  };
}

/** The records that match, as they stand in the files; what is unreadable is noted with its place. */
async function* readBackup(
  directory: string,
  filter: RecordFilter,
  note: Note,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceRecord> {
  const matches = createMatcher(filter);
  const needle = lineNeedle(filter);
  const foreign = createForeignCount(note);
  for await (const placed of backupLines(directory, escapedNeedle(needle), note)) {
    signal?.throwIfAborted();
    for (const line of bodiesIn(placed, note)) {
      if (needle !== undefined && !line.includes(needle)) continue;
      const record = readableRecord(line);
      if (!record) foreign.add(placed.path, 1);
      else if (matches(record)) yield { line, record };
    }
  }
  foreign.tell();
}
