/**
 * One leader per user, by a lock of the kernel: `BEGIN EXCLUSIVE` on an SQLite file that nothing else ever opens. It is
 * freed by SIGKILL, held through SIGSTOP, and needs no clean-up after a reboot. (Opening and closing that file with
 * `fs` in the holder would drop the lock; so the holder's pid stands in another file.)
 */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { withPrivateUmask } from '../platform/files.ts';

export interface LeaderLock {
  /** False when the file was removed or replaced: then somebody else may lead, with the new one. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Takes the lock, or gives up after `waitMillis`.
 * @returns `undefined` when another process leads
 */
export function takeLeaderLock(lockFile: string, waitMillis: number): LeaderLock | undefined {
  const database = withPrivateUmask(() => new DatabaseSync(lockFile, { timeout: waitMillis }));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/.test(error.message)) return undefined;
    throw error;
  }
  const inodeNow = (): bigint | undefined => statSync(lockFile, { bigint: true, throwIfNoEntry: false })?.ino;
  const inode = inodeNow();
  return {
    isHeld: () => inode !== undefined && inodeNow() === inode,
    release: () => database.close(),
  };
}
