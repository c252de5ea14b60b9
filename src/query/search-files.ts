/** Finds the lines that contain a text, in large files on all processors; file by file, in their order. */
import { closeSync, openSync } from 'node:fs';
import { sizeOf } from '../platform/files.ts';
import { programBeside } from '../platform/programs.ts';
import { inThreads } from '../platform/threads.ts';
import { lineAt, type ScannedLine, scanLines } from './line-scan.ts';

/** Less is searched before threads would have started. */
const THREADS_FROM_BYTES = 268_435_456;
const THREAD = programBeside(import.meta.url, 'search-thread');

export interface Search {
  readonly path: string;
  readonly needle: string;
}

/** What a thread answers: only where the lines stand, so that memory stays flat when there are many. */
export interface Found {
  readonly path: string;
  /** Beginning and end of each line, in bytes. */
  readonly places: Float64Array;
}

/**
 * What `scanLines` gives of each file.
 * @param needle without it, all lines, read in this thread
 * @param threadsFromBytes how much must be searched for threads to be started
 */
export async function* searchFiles(
  paths: readonly string[],
  needle: string | undefined,
  threadsFromBytes: number = THREADS_FROM_BYTES,
): AsyncGenerator<{ readonly path: string; readonly lines: Iterable<ScannedLine> }> {
  const bytes = paths.reduce((sum, path) => sum + sizeOf(path), 0);
  if (needle === undefined || bytes < threadsFromBytes) {
    for (const path of paths) yield { path, lines: scanLines(path, { needle }) };
    return;
  }
  const searches = paths.map((path): Search => ({ path, needle }));
  for await (const { path, places } of inThreads<Search, Found>(THREAD, searches))
    yield { path, lines: linesAt(path, places) };
}

function* linesAt(path: string, places: Float64Array): Generator<ScannedLine> {
  if (places.length === 0) return;
  const fd = openSync(path, 'r');
  try {
    for (let i = 0; i + 1 < places.length; i += 2) yield lineAt(fd, places[i] ?? 0, places[i + 1] ?? 0);
  } finally {
    closeSync(fd);
  }
}
