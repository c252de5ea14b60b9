/** Examines a whole journal, a large one on all processors; the lines come in their order. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { examine, type Examined } from './examine.ts';
import { type Columns, fromColumns } from './examined-columns.ts';
import { type Block, BLOCK_BYTES, linesIn, readBlocks } from './reader.ts';
import { listSegments } from './segments.ts';

/** A smaller journal is examined before threads would have started. */
const THREADS_FROM_BYTES = 33_554_432;
/** More threads would wait for the one that puts the lines together. */
const MAX_THREADS = 8;
/** Blocks that one thread has to do or has done while the others catch up. */
const BLOCKS_PER_THREAD = 3;
/** Little lives longer than a block; with the default of Node each thread would keep 30 MiB more. */
const YOUNG_MIB = 6;

/** What a thread answers to a block. */
export interface Answer {
  readonly columns: Columns;
  /** The block's, to be filled again. */
  readonly buffer: ArrayBuffer;
}

interface Examiner {
  examine(block: Block): Promise<readonly Examined[]>;
  stop(): void;
}

/**
 * All lines, some at a time. What is appended meanwhile may or may not be among them.
 * @param threadsFromBytes how large a journal must be for threads to be started
 */
export async function* examineJournal(
  dir: string,
  threadsFromBytes: number = THREADS_FROM_BYTES,
): AsyncGenerator<readonly Examined[]> {
  const free: Buffer<ArrayBuffer>[] = [];
  const bytes = listSegments(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
  const examiners =
    bytes < threadsFromBytes
      ? [inThisThread]
      : Array.from({ length: Math.min(availableParallelism(), MAX_THREADS) }, () => startThread(free));
  const allocate = (): Buffer<ArrayBuffer> => free.pop() ?? Buffer.from(new ArrayBuffer(BLOCK_BYTES));
  const pending: Promise<readonly Examined[]>[] = [];
  try {
    let next = 0;
    for (const block of readBlocks(dir, undefined, allocate)) {
      const examiner = examiners[next++ % examiners.length] ?? inThisThread;
      pending.push(examiner.examine(block));
      if (pending.length >= examiners.length * BLOCKS_PER_THREAD) yield (await pending.shift()) ?? [];
    }
    for (const examined of pending) yield await examined;
  } finally {
    for (const examiner of examiners) examiner.stop();
  }
}

const inThisThread: Examiner = {
  examine: (block) => Promise.resolve(Array.from(linesIn(block), examine)),
  stop() {},
};

/** The thread's program beside this file, compiled or as source. */
const THREAD = new URL(`./examine-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** @param free takes the buffers that the thread gives back */
function startThread(free: Buffer<ArrayBuffer>[]): Examiner {
  const thread = new Worker(THREAD, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
  const waiting: PromiseWithResolvers<readonly Examined[]>[] = [];
  thread.on('message', ({ columns, buffer }: Answer) => {
    free.push(Buffer.from(buffer));
    waiting.shift()?.resolve(fromColumns(columns));
  });
  thread.on('error', (error) => {
    for (const { reject } of waiting) reject(error);
  });
  return {
    examine(block) {
      const answer = Promise.withResolvers<readonly Examined[]>();
      // Whoever reads on meets the error; who does not must not be ended by it.
      answer.promise.catch(() => {});
      waiting.push(answer);
      thread.postMessage(block, [block.bytes.buffer]);
      return answer.promise;
    },
    stop: () => void thread.terminate(),
  };
}
