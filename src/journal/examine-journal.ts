/** Examines a whole journal, a large one on all processors; the lines come in their order. */
import { join } from 'node:path';
import { sizeOf } from '../platform/files.ts';
import { programBeside } from '../platform/programs.ts';
import { inThreads } from '../platform/threads.ts';
import type { Examined } from './examine.ts';
import { createPartExaminer, type Part } from './examine-part.ts';
import { type Columns, fromColumns } from './examined-columns.ts';
import { listSegments } from './segments.ts';

/** A smaller journal is examined before threads would have started. */
const THREADS_FROM_BYTES = 33_554_432;
/** What is examined at a time. With the rest of its last line, which is hardly ever longer, it is read at once. */
const PART_BYTES = 983_040;
const THREAD = programBeside(import.meta.url, 'examine-thread');

/**
 * All lines, some at a time. What is appended meanwhile may or may not be among them.
 * @param threadsFromBytes how large a journal must be for threads to be started
 */
export async function* examineJournal(
  dir: string,
  threadsFromBytes: number = THREADS_FROM_BYTES,
): AsyncGenerator<readonly Examined[]> {
  const bytes = listSegments(dir).reduce((sum, name) => sum + sizeOf(join(dir, name)), 0);
  if (bytes < threadsFromBytes) {
    const examinePart = createPartExaminer();
    for (const part of partsOf(dir)) yield Array.from(examinePart(part));
    return;
  }
  for await (const columns of inThreads<Part, Columns>(THREAD, partsOf(dir))) yield fromColumns(columns);
}

function* partsOf(dir: string): Generator<Part> {
  for (const segment of listSegments(dir)) {
    const bytes = sizeOf(join(dir, segment));
    let from = 0;
    for (let to = PART_BYTES; to < bytes; to += PART_BYTES) {
      yield { dir, segment, from, to };
      from = to;
    }
    yield { dir, segment, from, to: Infinity };
  }
}
