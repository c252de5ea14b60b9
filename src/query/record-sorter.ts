/**
 * Puts records that arrive in any order, with copies, into journal order. Beyond `memoryBytes` they wait in a nameless
 * temporary file, in runs that are sorted each and merged in the end: the memory is the same for a store of any size.
 * In the file stands, for each record, the length of its line (4 bytes, big-endian) and the line.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PRIVATE_FILE, readAt, writeFully } from '../platform/files.ts';
import { readableRecord } from './readable-record.ts';
import type { SourceRecord } from './record-source.ts';

/** Of lines; with their parsed records they take several times that. */
const DEFAULT_MEMORY_BYTES = 4_194_304;
const LENGTH_BYTES = 4;

/** Records of one install in their order. */
type Run = Iterable<SourceRecord>;

/**
 * Everything that arrives, each line once: per install by (epoch, sequence number), between installs by time of capture.
 * @param memoryBytes how much is sorted at a time
 */
export async function* inJournalOrder(
  arriving: AsyncIterable<SourceRecord> | Iterable<SourceRecord>,
  memoryBytes: number = DEFAULT_MEMORY_BYTES,
): AsyncGenerator<SourceRecord> {
  using spill = createSpill();
  const installs = new Map<string, Run[]>();
  const endRun = (entries: readonly SourceRecord[], keep: (run: readonly SourceRecord[]) => Run): void => {
    for (const [install, run] of Map.groupBy(entries.toSorted(compareNumbers), installOf)) {
      const runs = installs.get(install) ?? [];
      installs.set(install, runs);
      runs.push(keep(run));
    }
  };
  let held: SourceRecord[] = [];
  let heldBytes = 0;
  for await (const entry of arriving) {
    held.push(entry);
    heldBytes += entry.line.length;
    if (heldBytes <= memoryBytes) continue;
    endRun(held, (run) => spill.write(run));
    held = [];
    heldBytes = 0;
  }
  endRun(held, (run) => run);
  const ordered = [...installs].toSorted(([a], [b]) => (a < b ? -1 : 1));
  yield* merge(
    ordered.map(([, runs]) => withoutCopies(merge(runs, compareNumbers))),
    (a, b) => compare(a.record.timestamp, b.record.timestamp),
  );
}

function installOf({ record }: SourceRecord): string {
  const { stream } = record.audit;
  return stream.slice(0, stream.lastIndexOf('/'));
}

/** Within an install streams differ by their epoch. */
function compareNumbers(
  { record: { audit: a } }: SourceRecord,
  { record: { audit: b } }: SourceRecord,
): number {
  return compare(a.stream, b.stream) || compare(a.seq, b.seq);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Copies stand side by side; equal numbers with other bytes are a forgery, which must stay in sight. */
function* withoutCopies(entries: Iterable<SourceRecord>): Generator<SourceRecord> {
  const lines = new Set<string>();
  let last: SourceRecord | undefined;
  for (const entry of entries) {
    if (last && compareNumbers(last, entry) !== 0) lines.clear();
    last = entry;
    if (lines.has(entry.line)) continue;
    lines.add(entry.line);
    yield entry;
  }
}

interface Head<T> {
  readonly value: T;
  /** Which sequence it is the head of. */
  readonly nr: number;
  readonly rest: Iterator<T>;
}

/** Merges sequences that keep their own order; of equals that of the earlier sequence goes first. */
function* merge<T>(sequences: readonly Iterable<T>[], order: (a: T, b: T) => number): Generator<T> {
  const heads: Head<T>[] = [];
  const advance = (rest: Iterator<T>, nr: number): void => {
    const next = rest.next();
    if (next.done === true) return;
    const { value } = next;
    // Mostly the first: runs of a store that is nearly in order hardly overlap.
    const at = heads.findIndex((head) => (order(head.value, value) || head.nr - nr) > 0);
    heads.splice(at < 0 ? heads.length : at, 0, { value, nr, rest });
  };
  for (const [nr, sequence] of sequences.entries()) advance(sequence[Symbol.iterator](), nr);
  for (let head = heads.shift(); head; head = heads.shift()) {
    yield head.value;
    advance(head.rest, head.nr);
  }
}

interface Spill extends Disposable {
  write(run: readonly SourceRecord[]): Run;
}

/** A temporary file without a name: it is gone with this process, however that ends. */
function createSpill(): Spill {
  let fd: number | undefined;
  let size = 0;
  return {
    write(run) {
      const file = (fd ??= openNameless());
      const start = size;
      for (const { line } of run) {
        const length = Buffer.byteLength(line);
        const bytes = Buffer.allocUnsafe(LENGTH_BYTES + length);
        bytes.writeUInt32BE(length);
        bytes.write(line, LENGTH_BYTES);
        writeFully(file, bytes);
        size += bytes.length;
      }
      return readRun(file, start, size);
    },
    [Symbol.dispose]() {
      if (fd !== undefined) closeSync(fd);
    },
  };
}

function openNameless(): number {
  const directory = mkdtempSync(join(tmpdir(), 'atel-sort-'));
  try {
    return openSync(join(directory, 'lines'), 'wx+', PRIVATE_FILE);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function* readRun(fd: number, start: number, end: number): Generator<SourceRecord> {
  for (let at = start; at < end;) {
    const length = readAt(fd, at, LENGTH_BYTES).readUInt32BE();
    const line = readAt(fd, at + LENGTH_BYTES, length).toString('utf8');
    const record = readableRecord(line);
    if (record) yield { line, record };
    at += LENGTH_BYTES + length;
  }
}
