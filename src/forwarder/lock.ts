/**
 * One leader per user, by a lock of the kernel that needs no clean-up after a reboot. The holder's pid stands in another
 * file, since nothing else may open this one.
 */
import { statSync } from 'node:fs';
import { type ExclusiveLock, takeExclusiveLock } from '../platform/exclusive-lock.ts';

export interface LeaderLock extends ExclusiveLock {
  /** False when the file was removed or replaced: then somebody else may lead, with the new one. */
  isHeld(): boolean;
}

/**
 * Takes the lock, or gives up after `waitMillis`.
 * @returns `undefined` when another process leads
 */
export function takeLeaderLock(lockFile: string, waitMillis: number): LeaderLock | undefined {
  const lock = takeExclusiveLock(lockFile, waitMillis);
  if (!lock) return undefined;
  const inodeNow = (): bigint | undefined => statSync(lockFile, { bigint: true, throwIfNoEntry: false })?.ino;
  const inode = inodeNow();
  return { ...lock, isHeld: () => inode !== undefined && inodeNow() === inode };
}
