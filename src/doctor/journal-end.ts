/** The end of the journal as its head claims it, read without opening the journal. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { leafOf } from '../journal/canonical.ts';
import { type Head, readHead } from '../journal/marks.ts';
import { MAX_LINE_BYTES } from '../journal/line-bytes.ts';
import { parseRecord } from '../journal/reader.ts';
import type { AtelRecord } from '../journal/record.ts';
import { listSegments } from '../journal/segments.ts';
import { readAt, sizeOf } from '../platform/files.ts';

export type JournalEnd =
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly problem: string }
  /** The newest records, oldest first; at least one. */
  | { readonly kind: 'whole'; readonly head: Head; readonly records: readonly AtelRecord[] };

/** Compares the head with the record it names. */
export function readJournalEnd(dir: string): JournalEnd {
  const segments = listSegments(dir);
  const head = readHead(dir);
  if (!head) return segments.length === 0 ? { kind: 'none' } : broken('there are records but no head');
  const file = join(dir, head.segment);
  if (sizeOf(file) < head.bytes) return broken(`it ends before record ${head.seq}, which the head names`);
  const lines = linesBefore(file, head.bytes);
  const last = lines.at(-1);
  if (last === undefined || leafOf(last) !== head.leaf)
    return broken(`record ${head.seq} is not the one that the head names`);
  return { kind: 'whole', head, records: lines.flatMap((line) => parseRecord(line) ?? []) };
}

function broken(problem: string): JournalEnd {
  return { kind: 'broken', problem };
}

/** Whole lines of the last MiB before `end`, which is behind a newline. */
function linesBefore(file: string, end: number): readonly string[] {
  const from = Math.max(0, end - MAX_LINE_BYTES);
  const fd = openSync(file, 'r');
  try {
    const lines = readAt(fd, from, end - 1 - from)
      .toString('utf8')
      .split('\n');
    return from === 0 ? lines : lines.slice(1);
  } finally {
    closeSync(fd);
  }
}
