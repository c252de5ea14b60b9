/** Follows files that only grow, through rotation: what is appended, and files that come up later from their start. */
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOfWholeLines, scanLines } from './line-scan.ts';
import type { SourceRecord } from './record-source.ts';

/** How often the files are looked at. */
const POLL_MILLIS = 200;

/**
 * What is written from this call on.
 * @param list the files in order of writing, asked for at every look
 * @param parse the records of a line
 */
export function followFiles(
  list: () => readonly string[],
  parse: (line: string) => readonly SourceRecord[],
  signal: AbortSignal,
): AsyncIterable<SourceRecord> {
  // By inode, since rotation renames the file that was read so far.
  const offsets = new Map<number, number>();
  for (const path of list()) {
    const fd = openSync(path, 'r');
    offsets.set(fstatSync(fd).ino, endOfWholeLines(fd));
    closeSync(fd);
  }
  return poll(list, parse, offsets, signal);
}

async function* poll(
  list: () => readonly string[],
  parse: (line: string) => readonly SourceRecord[],
  offsets: Map<number, number>,
  signal: AbortSignal,
): AsyncGenerator<SourceRecord> {
  while (!signal.aborted) {
    for (const path of list()) {
      const stat = statSync(path, { throwIfNoEntry: false });
      const from = stat && (offsets.get(stat.ino) ?? 0);
      if (!stat || from === undefined || stat.size <= from) continue;
      for (const { text, end, whole } of scanLines(path, { from })) {
        if (!whole) break;
        offsets.set(stat.ino, end);
        yield* parse(text ?? '');
      }
    }
    await sleep(POLL_MILLIS, undefined, { signal }).catch(() => {});
  }
}
