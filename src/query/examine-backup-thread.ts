/** The thread of `examine-backup.ts`: reads the backup of a directory, line by line, as it is asked for more. */
import { parentPort } from 'node:worker_threads';
import { examine, type Examined } from '../journal/examine.ts';
import { buffersOf, toColumns } from '../journal/examined-columns.ts';
import { backupLines, bodiesIn, createForeignCount } from './backup-lines.ts';
import type { Answer } from './examine-backup.ts';
import type { Note } from './record-source.ts';

let notes: string[] = [];
let lines: AsyncGenerator<readonly Examined[], undefined> | undefined;

parentPort?.on('message', (directory: string) => void answer(directory));

async function answer(directory: string): Promise<void> {
  lines ??= recordsOf(directory, (text) => notes.push(text));
  const { value, done = false } = await lines.next();
  const examined: readonly Examined[] = value ?? [];
  const columns = toColumns(examined);
  parentPort?.postMessage({ columns, notes, ended: done } satisfies Answer, buffersOf(columns));
  notes = [];
}

async function* recordsOf(directory: string, note: Note): AsyncGenerator<readonly Examined[], undefined> {
  const foreign = createForeignCount(note);
  for await (const placed of backupLines(directory, undefined, note)) {
    const bodies = bodiesIn(placed, note);
    const records = bodies.map((line) => examine({ line })).filter(({ kind }) => kind === 'record');
    foreign.add(placed.path, bodies.length - records.length);
    yield records;
  }
  foreign.tell();
}
