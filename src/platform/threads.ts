/** Work for all processors: tasks go to threads, the answers come in the order of the tasks. */
import { availableParallelism } from 'node:os';
import { type Transferable, Worker } from 'node:worker_threads';

/** More threads would wait for the one that takes the answers. */
const MAX_THREADS = 8;
/** Tasks that one thread has to do or has done while the others catch up. */
const TASKS_PER_THREAD = 3;
/** Little lives longer than a task; with the default of Node each thread would keep 30 MiB more. */
const YOUNG_MIB = 6;

interface Thread<Task, Answer> {
  ask(task: Task, transfer: readonly Transferable[]): Promise<Answer>;
  stop(): void;
}

export interface ThreadOptions<Task> {
  /** What of a task is handed over instead of copied. */
  readonly transfer?: (task: Task) => readonly Transferable[];
  /** How many to start at most, instead of one per processor. */
  readonly threads?: number;
}

/**
 * Has threads do the tasks, which are taken from `tasks` only as answers are taken: memory stays flat.
 * @param program answers each message with one message
 * @throws what the program throws
 */
export async function* inThreads<Task, Answer>(
  program: URL,
  tasks: Iterable<Task>,
  {
    transfer = () => [],
    threads: count = Math.min(availableParallelism(), MAX_THREADS),
  }: ThreadOptions<Task> = {},
): AsyncGenerator<Answer> {
  const threads: Thread<Task, Answer>[] = [];
  const pending: Promise<Answer>[] = [];
  try {
    let next = 0;
    for (const task of tasks) {
      const thread = (threads[next++ % count] ??= startThread(program));
      pending.push(thread.ask(task, transfer(task)));
      const first = pending.length < count * TASKS_PER_THREAD ? undefined : pending.shift();
      if (first) yield await first;
    }
    for (const answer of pending) yield await answer;
  } finally {
    for (const thread of threads) thread.stop();
  }
}

function startThread<Task, Answer>(program: URL): Thread<Task, Answer> {
  const thread = new Worker(program, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
  const waiting: PromiseWithResolvers<Answer>[] = [];
  thread.on('message', (answer: Answer) => waiting.shift()?.resolve(answer));
  thread.on('error', (error) => {
    for (const { reject } of waiting) reject(error);
  });
  return {
    ask(task, transfer) {
      const answer = Promise.withResolvers<Answer>();
      // Whoever reads on meets the error; who does not must not be ended by it.
      answer.promise.catch(() => {});
      waiting.push(answer);
      thread.postMessage(task, transfer);
      return answer.promise;
    },
    stop: () => void thread.terminate(),
  };
}
