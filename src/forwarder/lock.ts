/**
 * One leader per user, by a lock of the kernel: `BEGIN EXCLUSIVE` on an SQLite file that nothing else ever opens. It is
 * freed by SIGKILL, held through SIGSTOP, and needs no clean-up after a reboot. (Opening and closing that file with
 * `fs` in the holder would drop the lock; so the holder's pid stands in another file.)
 */
import { DatabaseSync } from 'node:sqlite';

export interface LeaderLock {
  release(): void;
}

/**
 * Takes the lock, or gives up after `waitMillis`.
 * @returns `undefined` when another process leads
 */
export function takeLeaderLock(lockFile: string, waitMillis: number): LeaderLock | undefined {
  const database = new DatabaseSync(lockFile, { timeout: waitMillis });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/.test(error.message)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
