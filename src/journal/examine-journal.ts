/** Examines a whole journal, a large one on all processors; the lines come in their order. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { programBeside } from '../platform/programs.ts';
import { inThreads } from '../platform/threads.ts';
import { examine, type Examined } from './examine.ts';
import { type Columns, fromColumns } from './examined-columns.ts';
import { type Block, BLOCK_BYTES, linesIn, readBlocks } from './reader.ts';
import { listSegments } from './segments.ts';

/** A smaller journal is examined before threads would have started. */
const THREADS_FROM_BYTES = 33_554_432;
const THREAD = programBeside(import.meta.url, 'examine-thread');

/** What a thread answers to a block. */
export interface Answer {
  readonly columns: Columns;
  /** The block's, to be filled again. */
  readonly buffer: ArrayBuffer;
}

/**
 * All lines, some at a time. What is appended meanwhile may or may not be among them.
 * @param threadsFromBytes how large a journal must be for threads to be started
 */
export async function* examineJournal(
  dir: string,
  threadsFromBytes: number = THREADS_FROM_BYTES,
): AsyncGenerator<readonly Examined[]> {
  const bytes = listSegments(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  if (bytes < threadsFromBytes) {
    const buffer = createBuffer();
    for (const block of readBlocks(dir, undefined, () => buffer)) yield Array.from(linesIn(block), examine);
    return;
  }
  const free: Buffer<ArrayBuffer>[] = [];
  const blocks = readBlocks(dir, undefined, () => free.pop() ?? createBuffer());
  const answers = inThreads<Block, Answer>(THREAD, blocks, { transfer: (block) => [block.bytes.buffer] });
  for await (const { columns, buffer } of answers) {
    free.push(Buffer.from(buffer));
    yield fromColumns(columns);
  }
}

/** With memory of its own, so that it can be handed over. */
function createBuffer(): Buffer<ArrayBuffer> {
  return Buffer.from(new ArrayBuffer(BLOCK_BYTES));
}
