/** The files of the Collector's backup: the current one and those rotated away, also when they were compressed since. */
import { basename, join } from 'node:path';
import { messageOf } from '../platform/errors.ts';
import { entriesIn } from '../platform/files.ts';
import { plural } from '../platform/plural.ts';
import { compressedLines, isCompressed } from './compressed-lines.ts';
import { scanLines } from './line-scan.ts';
import { parseOtlpLine } from './otlp-lines.ts';
import type { Note } from './record-source.ts';

/** A line with its place, for messages. */
export interface BackupLine {
  readonly path: string;
  readonly text: string;
  readonly place: string;
  /** False for what follows the last newline. */
  readonly whole: boolean;
}

/** The backup's files, rotated ones (`<name>-<timestamp>.<ext>`) first. */
export function listBackupFiles(directory: string): readonly string[] {
  return entriesIn(directory)
    .filter((entry) => !entry.isDirectory() && /\.jsonl?(\.gz|\.zst)?$/.test(entry.name))
    .map(({ name }) => name)
    .toSorted()
    .map((name) => join(directory, name));
}

/**
 * The lines of all files, in their order, empty ones left out; what cannot be read is noted.
 * @param needle only lines that contain this text; compressed files give all of theirs
 */
export async function* backupLines(
  directory: string,
  needle: string | undefined,
  note: Note,
): AsyncGenerator<BackupLine> {
  for (const path of listBackupFiles(directory)) {
    for await (const line of linesOf(path, needle, note)) if (line.text.trim() !== '') yield line;
  }
}

/** What the LogRecords of a line hold; what is no request is noted with its place. */
export function bodiesIn({ path, text, place, whole }: BackupLine, note: Note): readonly string[] {
  const parsed = parseOtlpLine(text);
  if (!parsed) note(`${path}: ${whole ? 'no OTLP/JSON' : 'an unfinished line'} at ${place}; skipped`);
  if (parsed?.remains) note(`${path}: remains of an interrupted write at ${place}; skipped`);
  return parsed?.bodies ?? [];
}

/** Counts, for each file, the LogRecords that are no records. */
export function createForeignCount(note: Note): { add(path: string, count: number): void; tell(): void } {
  const counts = new Map<string, number>();
  return {
    add(path, count) {
      if (count > 0) counts.set(path, (counts.get(path) ?? 0) + count);
    },
    tell() {
      for (const [path, count] of counts)
        note(`${path}: skipped ${plural(count, 'LogRecord')} without a record of ours`);
    },
  };
}

async function* linesOf(path: string, needle: string | undefined, note: Note): AsyncGenerator<BackupLine> {
  if (isCompressed(path)) {
    let count = 0;
    try {
      for await (const text of compressedLines(path))
        yield { path, text, place: `line ${++count}`, whole: true };
    } catch (error) {
      note(`${basename(path)}: damaged after line ${count}: ${messageOf(error)}`);
    }
    return;
  }
  for (const { text, offset, whole } of scanLines(path, { needle })) {
    if (text === undefined) note(`${path}: a line too long at byte ${offset}; skipped`);
    else yield { path, text, place: `byte ${offset}`, whole };
  }
}
