/** Examines a whole backup; its records come as they stand in the files, with copies. */
import type { Examined } from '../journal/examine.ts';
import { type Columns, fromColumns } from '../journal/examined-columns.ts';
import { programBeside } from '../platform/programs.ts';
import { inThreads } from '../platform/threads.ts';
import type { Note } from './record-source.ts';

const THREAD = programBeside(import.meta.url, 'examine-backup-thread');
/** A request takes several times its size while it is parsed: in a thread, whose heap can be kept small, and in one only. */
const THREADS = 1;

/** What the thread answers each time that it is asked for more. */
export interface Answer {
  readonly columns: Columns;
  readonly notes: readonly string[];
  readonly ended: boolean;
}

/** All records, those of a line at a time; what is unreadable is noted with its place. */
export async function* examineBackup(directory: string, note: Note): AsyncGenerator<readonly Examined[]> {
  const reading = { ended: false };
  function* requests(): Generator<string> {
    while (!reading.ended) yield directory;
  }
  for await (const answer of inThreads<string, Answer>(THREAD, requests(), { threads: THREADS })) {
    for (const text of answer.notes) note(text);
    reading.ended = answer.ended;
    yield fromColumns(answer.columns);
  }
}
