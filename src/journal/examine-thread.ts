/** A thread of `examine-journal.ts`: takes parts of segments, answers each with what its lines say. */
import { parentPort } from 'node:worker_threads';
import { createPartExaminer, type Part } from './examine-part.ts';
import { buffersOf, toColumns } from './examined-columns.ts';

const examinePart = createPartExaminer();

parentPort?.on('message', (part: Part) => {
  const columns = toColumns(examinePart(part));
  parentPort?.postMessage(columns, buffersOf(columns));
});
