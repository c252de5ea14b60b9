/** One at a time, across processes: two builds, or an `up` beside a `down`, would be in each other's way. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AtelError } from '../platform/errors.ts';
import { takeExclusiveLock } from '../platform/exclusive-lock.ts';

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
  let lock = takeExclusiveLock(file, 0);
  while (!lock) {
    if (Date.now() > deadline) {
      throw new AtelError('incomplete', 'another atel has been at work here for too long', {
        where: file,
        fix: 'wait for it, or end it, and try again',
      });
    }
    options.onWait?.();
    await sleep(POLL_MILLIS);
    lock = takeExclusiveLock(file, 0);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
