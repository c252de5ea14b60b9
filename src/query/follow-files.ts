/**
 * Follows files that only grow: what is appended, and files that come up later from their start. Through rotation, where
 * a file gets another name, and through a purge, where another file gets its name and has all lines where they were.
 */
import { closeSync, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOfWholeLines } from '../platform/files.ts';
import { scanLines } from './line-scan.ts';
import type { SourceRecord } from './record-source.ts';

/** What stays the same of a file while it is followed: its inode where files are rotated, its path where they are purged. */
type Identity = 'inode' | 'path';

/** How often the files are looked at. */
const POLL_MILLIS = 200;

/**
 * What is written from this call on.
 * @param list the files in order of writing, asked for at every look
 * @param parse the records of a line
 * @param identity what stays the same of a file
 */
export function followFiles(
  list: () => readonly string[],
  parse: (line: string) => readonly SourceRecord[],
  identity: Identity,
  signal: AbortSignal,
): AsyncIterable<SourceRecord> {
  const keyOf = (path: string, { ino }: Stats): string | number => (identity === 'inode' ? ino : path);
  const offsets = new Map<string | number, number>();
  for (const path of list()) {
    const fd = openSync(path, 'r');
    offsets.set(keyOf(path, fstatSync(fd)), endOfWholeLines(fd));
    closeSync(fd);
  }
  return poll(list, parse, keyOf, offsets, signal);
}

async function* poll(
  list: () => readonly string[],
  parse: (line: string) => readonly SourceRecord[],
  keyOf: (path: string, stat: Stats) => string | number,
  offsets: Map<string | number, number>,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord> {
  while (!signal.aborted) {
    for (const path of list()) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat) continue;
      const key = keyOf(path, stat);
      const from = offsets.get(key) ?? 0;
      if (stat.size <= from) continue;
      for (const { text, end, whole } of scanLines(path, { from })) {
        // What was read of a file that is not there any more may have been purged meanwhile.
        if (!whole || statSync(path, { throwIfNoEntry: false })?.ino !== stat.ino) break;
        offsets.set(key, end);
        yield* parse(text ?? '');
      }
    }
    await sleep(POLL_MILLIS, undefined, { signal }).catch(() => {});
  }
}
