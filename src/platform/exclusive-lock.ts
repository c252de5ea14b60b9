/**
 * A lock between processes: SQLite's `BEGIN EXCLUSIVE` on a file that nothing else ever opens. The kernel frees it when
 * its holder dies, however it dies, and it is held through SIGSTOP. (Opening and closing that file with `fs` in the
 * holder would drop it.)
 */
import { DatabaseSync } from 'node:sqlite';
import { withPrivateUmask } from './files.ts';

export interface ExclusiveLock {
  release(): void;
}

/**
 * Takes the lock, or gives up after `waitMillis`, during which this thread stands still.
 * @returns `undefined` when another process holds it
 */
export function takeExclusiveLock(file: string, waitMillis: number): ExclusiveLock | undefined {
  const database = withPrivateUmask(() => new DatabaseSync(file, { timeout: waitMillis }));
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/.test(error.message)) return undefined;
    throw error;
  }
}
