/**
 * One at a time, across processes: SQLite's exclusive lock on a file that nothing else opens. The kernel frees it when
 * its holder dies, however it dies.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { AtelError } from '../platform/errors.ts';
import { withPrivateUmask } from '../platform/files.ts';

const POLL_MILLIS = 200;

export interface LockOptions {
  readonly waitMillis: number;
  /** Called again and again while another process holds the lock. */
  readonly onWait?: () => void;
}

/**
 * Runs `work` while holding the lock.
 * @throws AtelError incomplete — another process held it for longer than `waitMillis`
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + options.waitMillis;
  const database = withPrivateUmask(() => new DatabaseSync(file));
  try {
    while (!tryLock(database)) {
      if (Date.now() > deadline) {
        throw new AtelError('incomplete', 'another atel has been at work here for too long', {
          where: file,
          fix: 'wait for it, or end it, and try again',
        });
      }
      options.onWait?.();
      await sleep(POLL_MILLIS);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && /locked/.test(error.message)) return false;
    throw error;
  }
}
