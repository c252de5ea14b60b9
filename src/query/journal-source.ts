/** The journal as a source: already in order, each record once. */
import { join } from 'node:path';
import { readRecord } from '../journal/reader.ts';
import { listSegments } from '../journal/segments.ts';
import { formatNanos, NANOS_PER_SECOND } from '../platform/clock.ts';
import { sizeOf } from '../platform/files.ts';
import { plural } from '../platform/plural.ts';
import { createMatcher, lineNeedle } from './filter.ts';
import { followFiles } from './follow-files.ts';
import { type ScannedLine, scanLines, scanLinesBackward } from './line-scan.ts';
import { readableRecord } from './readable-record.ts';
import type { Note, RecordFilter, RecordSource, SourceRecord } from './record-source.ts';
import { searchFiles } from './search-files.ts';

const CLOCK_SLACK_NANOS = 86_400n * NANOS_PER_SECOND;

export interface JournalSourceDeps {
  readonly directory: string;
  readonly note: Note;
}

/** Reads the segments of one journal. */
export function createJournalSource({ directory, note }: JournalSourceDeps): RecordSource {
  const segments = (): readonly string[] => listSegments(directory).map((name) => join(directory, name));
  const absences = createAbsences();
  async function* records(filter: RecordFilter, signal?: AbortSignal): AsyncGenerator<SourceRecord> {
    const sizes = new Map(segmentsSince(segments(), filter.since).map((path) => [path, sizeOf(path)]));
    const paths = [...sizes.keys()].filter((path) => !absences.cover(path, sizes.get(path) ?? 0, filter));
    for await (const { path, lines } of searchFiles(paths, lineNeedle(filter))) {
      let found = false;
      for (const entry of recordsIn(path, lines, filter, note)) {
        signal?.throwIfAborted();
        found = true;
        yield entry;
      }
      if (!found) absences.add(path, sizes.get(path) ?? 0, filter);
    }
  }
  return {
    name: 'journal',
    where: directory,
    records,
    stored: records,
    async recent(filter, count) {
      const matches = createMatcher(filter);
      const newest: SourceRecord[] = [];
      for (const path of segments().toReversed()) {
        for (const line of scanLinesBackward(path)) {
          if (newest.length >= count) return newest.toReversed();
          const record = readableRecord(line);
          if (record && matches(record)) newest.push({ line, record });
        }
      }
      return newest.toReversed();
    },
    follow(filter, signal) {
      const matches = createMatcher(filter);
      const parse = (line: string): readonly SourceRecord[] => {
        const record = readableRecord(line);
        return record && matches(record) ? [{ line, record }] : [];
      };
      return followFiles(segments, parse, 'path', signal);
    },
  };
}

/**
 * Remembers which segments have nothing of a session: who gives the beginning of an id reads twice, once to find the
 * session and once to show it, and the second time only where the first one found something.
 */
function createAbsences(): {
  add(path: string, size: number, filter: RecordFilter): void;
  cover(path: string, size: number, filter: RecordFilter): boolean;
} {
  const known = new Map<string, { readonly size: number; readonly session: string }>();
  return {
    add(path, size, { session, ...rest }) {
      const others = Object.values(rest).some((value) => value !== undefined);
      if (session !== undefined && !others) known.set(path, { size, session });
    },
    cover(path, size, { session }) {
      const absent = known.get(path);
      return absent?.size === size && session?.startsWith(absent.session) === true;
    },
  };
}

/** The matching records of one segment. An unfinished last line is being written, so nothing is said about it. */
function* recordsIn(
  path: string,
  lines: Iterable<ScannedLine>,
  filter: RecordFilter,
  note: Note,
): Generator<SourceRecord> {
  const matches = createMatcher(filter);
  let unreadable = 0;
  for (const { text, whole } of lines) {
    if (!whole) continue;
    const record = text === undefined ? undefined : readableRecord(text);
    if (text !== undefined && record) {
      if (matches(record)) yield { line: text, record };
    } else if (text === undefined || readRecord(text).kind !== 'purged') unreadable += 1;
  }
  if (unreadable > 0)
    note(`${path}: skipped ${plural(unreadable, 'line')} without a record of ours. Run: atel verify`);
}

/**
 * Leaves out segments that end before `since`: before a segment that begins with a record journaled then, there is only
 * what was captured earlier still. `CLOCK_SLACK_NANOS` allows for a clock that was set back in between.
 */
function segmentsSince(segments: readonly string[], since: bigint | undefined): readonly string[] {
  if (since === undefined) return segments;
  const from = formatNanos(since - CLOCK_SLACK_NANOS);
  const first = segments.findLastIndex((path) => {
    const received = firstRecord(path)?.audit.received;
    return received !== undefined && received < from;
  });
  return segments.slice(Math.max(0, first));
}

function firstRecord(path: string): SourceRecord['record'] | undefined {
  for (const { text } of scanLines(path)) {
    // Behind purged ones the first that is left is later, which only reads more.
    const record = text === undefined ? undefined : readableRecord(text);
    if (record) return record;
  }
  return undefined;
}
