/**
 * The Collector's backup as a source: the current file and those rotated away (`<name>-<timestamp>.<ext>`), also when
 * they were compressed since. Copies and disorder are what an at-least-once hop leaves; the sorter undoes both.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf, messageOf } from '../platform/errors.ts';
import { compressedLines, isCompressed } from './compressed-lines.ts';
import { readableRecord } from './readable-record.ts';
import { createMatcher, lineNeedle } from './filter.ts';
import { followFiles } from './follow-files.ts';
import { scanLines } from './line-scan.ts';
import { escapedNeedle, parseOtlpLine } from './otlp-lines.ts';
import { inJournalOrder } from './record-sorter.ts';
import {
  lastOf,
  type Note,
  type RecordFilter,
  type RecordSource,
  type SourceRecord,
} from './record-source.ts';

/** The backup's files, rotated ones first. */
export function listBackupFiles(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.jsonl?(\.gz|\.zst)?$/.test(entry.name))
      .map(({ name }) => name)
      .toSorted()
      .map((name) => join(directory, name));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

export interface BackupSourceDeps {
  readonly directory: string;
  readonly note: Note;
}

/** Reads the backup files of one directory. */
export function createBackupSource({ directory, note }: BackupSourceDeps): RecordSource {
  async function* asStored(filter: RecordFilter, signal?: AbortSignal): AsyncGenerator<SourceRecord> {
    const matches = createMatcher(filter);
    for (const path of listBackupFiles(directory)) {
      for await (const entry of readBackupFile(path, filter, note)) {
        signal?.throwIfAborted();
        if (matches(entry.record)) yield entry;
      }
    }
  }
  const records: RecordSource['records'] = (...asked) => inJournalOrder(asStored(...asked));
  return {
    name: 'backup',
    where: directory,
    records,
    asStored,
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

/** The records of one file that may match; what is unreadable is noted with its place. */
async function* readBackupFile(path: string, filter: RecordFilter, note: Note): AsyncGenerator<SourceRecord> {
  const needle = lineNeedle(filter);
  let foreign = 0;
  for await (const { text, place, whole } of linesOf(path, escapedNeedle(needle), note)) {
    if (text.trim() === '') continue;
    const parsed = parseOtlpLine(text);
    if (!parsed) note(`${path}: ${whole ? 'no OTLP/JSON' : 'an unfinished line'} at ${place}; skipped`);
    if (parsed?.remains) note(`${path}: remains of an interrupted write at ${place}; skipped`);
    for (const line of parsed?.bodies ?? []) {
      if (needle !== undefined && !line.includes(needle)) continue;
      const record = readableRecord(line);
      if (record) yield { line, record };
      else foreign += 1;
    }
  }
  if (foreign > 0) note(`${path}: ${foreign} LogRecords are no records of agent-telemetry; skipped`);
}

interface PlacedLine {
  readonly text: string;
  readonly place: string;
  readonly whole: boolean;
}

async function* linesOf(path: string, needle: string | undefined, note: Note): AsyncGenerator<PlacedLine> {
  if (isCompressed(path)) {
    let count = 0;
    try {
      for await (const text of compressedLines(path)) yield { text, place: `line ${++count}`, whole: true };
    } catch (error) {
      note(`${basename(path)}: damaged after line ${count}: ${messageOf(error)}`);
    }
    return;
  }
  for (const { text, offset, whole } of scanLines(path, { needle })) {
    if (text === undefined) note(`${path}: a line too long at byte ${offset}; skipped`);
    else yield { text, place: `byte ${offset}`, whole };
  }
}
