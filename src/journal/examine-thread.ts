/** A thread of `examine-journal.ts`: takes blocks, answers each with what its lines say. */
import { parentPort } from 'node:worker_threads';
import type { Answer } from './examine-journal.ts';
import { examine } from './examine.ts';
import { toColumns } from './examined-columns.ts';
import { type Block, linesIn } from './reader.ts';

parentPort?.on('message', ({ bytes, ...place }: Block) => {
  // A Buffer comes out of a message as the array below it.
  const block = { ...place, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) };
  const columns = toColumns(Array.from(linesIn(block), examine));
  parentPort?.postMessage({ columns, buffer: bytes.buffer } satisfies Answer, [bytes.buffer]);
});
