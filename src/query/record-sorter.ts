/**
 * Puts records that arrive in any order, with copies, into journal order. Lines beyond `memoryBytes` wait in a
 * nameless temporary file, so that a store larger than the memory can be read; what stays per record is its key.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { epochOf } from '../journal/segments.ts';
import { PRIVATE_FILE, readAt, writeFully } from '../platform/files.ts';
import { readableRecord } from './readable-record.ts';
import type { SourceRecord } from './record-source.ts';

/** Of lines; with their parsed records they take several times that. */
const DEFAULT_MEMORY_BYTES = 33_554_432;

interface Key {
  readonly epoch: string;
  readonly seq: number;
  readonly timestamp: string;
  /** Order of arrival, so that sorting is deterministic. */
  readonly nr: number;
  held: SourceRecord | undefined;
  at: number;
  bytes: number;
}

export interface RecordSorter extends Disposable {
  add(entry: SourceRecord): void;
  /** Everything added, each line once. */
  sorted(): Iterable<SourceRecord>;
}

/** A sorter for one reading; dispose it to give the temporary file back. */
export function createRecordSorter(memoryBytes: number = DEFAULT_MEMORY_BYTES): RecordSorter {
  const installs = new Map<string, Key[]>();
  const spill = createSpill();
  let waiting: Key[] = [];
  let waitingBytes = 0;
  let count = 0;

  const flush = (): void => {
    for (const key of waiting) {
      if (!key.held) continue;
      [key.at, key.bytes] = spill.write(key.held.line);
      key.held = undefined;
    }
    waiting = [];
    waitingBytes = 0;
  };
  const load = (key: Key): SourceRecord | undefined => {
    if (key.held) return key.held;
    const line = spill.read(key.at, key.bytes);
    const record = readableRecord(line);
    return record && { line, record };
  };
  return {
    add(entry) {
      const { audit, timestamp } = entry.record;
      const epoch = epochOf(audit.stream);
      const install = audit.stream.slice(0, -epoch.length);
      const key = { epoch, seq: audit.seq, timestamp, nr: count++, held: entry, at: 0, bytes: 0 };
      const keys = installs.get(install);
      if (keys) keys.push(key);
      else installs.set(install, [key]);
      waiting.push(key);
      waitingBytes += entry.line.length;
      if (waitingBytes > memoryBytes) flush();
    },
    *sorted() {
      const lists = [...installs].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, keys]) => keys);
      for (const keys of lists) keys.sort(compareKeys);
      let group: Key | undefined;
      let lines = new Set<string>();
      for (const key of mergeByTime(lists)) {
        const entry = load(key);
        if (!entry) continue;
        // Copies stand side by side; equal numbers with other bytes are a forgery, which must stay in sight.
        if (group?.seq !== key.seq || group.epoch !== key.epoch) lines = new Set();
        group = key;
        if (lines.has(entry.line)) continue;
        lines.add(entry.line);
        yield entry;
      }
    },
    [Symbol.dispose]: () => spill.close(),
  };
}

function compareKeys(a: Key, b: Key): number {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return a.seq - b.seq || a.nr - b.nr;
}

/** Merges lists that keep their own order; between lists the earlier time of capture goes first. */
function* mergeByTime(lists: readonly (readonly Key[])[]): Generator<Key> {
  const positions = lists.map(() => 0);
  for (;;) {
    let best: { key: Key; list: number } | undefined;
    for (const [list, keys] of lists.entries()) {
      const key = keys[positions[list] ?? 0];
      if (key && (!best || key.timestamp < best.key.timestamp)) best = { key, list };
    }
    if (!best) return;
    positions[best.list] = (positions[best.list] ?? 0) + 1;
    yield best.key;
  }
}

/** A temporary file without a name: it is gone with this process, however that ends. */
function createSpill(): {
  write(line: string): [at: number, bytes: number];
  read(at: number, bytes: number): string;
  close(): void;
} {
  let fd: number | undefined;
  let size = 0;
  const open = (): number => {
    const directory = mkdtempSync(join(tmpdir(), 'atel-sort-'));
    try {
      return openSync(join(directory, 'lines'), 'wx+', PRIVATE_FILE);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
  return {
    write(line) {
      fd ??= open();
      const bytes = Buffer.from(line);
      writeFully(fd, bytes);
      size += bytes.length;
      return [size - bytes.length, bytes.length];
    },
    read: (at, bytes) => (fd === undefined ? '' : readAt(fd, at, bytes).toString('utf8')),
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
