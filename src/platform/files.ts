/**
 * The disk primitives. Everything we keep is private to the user (files 0600, directories 0700), and what must
 * survive a crash is fsynced, its directory too: a rename is atomic for observers but durable only after that.
 */
import {
  closeSync,
  type Dirent,
  fstatSync,
  fsyncSync,
  lstatSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AtelError, errnoOf } from './errors.ts';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIR = 0o700;
const PRIVATE_UMASK = 0o077;
const EVERYBODY_WRITES = 0o002;
const STICKY = 0o1000;
const BACKWARD_BYTES = 65_536;

/**
 * Creates `path` (0700, with parents) or checks that what is there is a directory of ours that no other user
 * may enter.
 * @throws AtelError input — a symlink, a file, a foreign owner, open to others, or where everybody may replace it
 */
export function ensurePrivateDir(path: string): void {
  makeDirs(path);
  const stat = lstatSync(path);
  const uid = process.getuid?.();
  if (!stat.isDirectory())
    throw new AtelError('input', 'is not a directory', { where: path, fix: 'move it away' });
  if (uid !== undefined && stat.uid !== uid) {
    throw new AtelError('input', `belongs to uid ${stat.uid}, not to you`, {
      where: path,
      fix: `chown it to uid ${uid}`,
    });
  }
  if (uid !== undefined && (stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8);
    throw new AtelError('input', `is open to other users (mode ${mode})`, {
      where: path,
      fix: `chmod 700 ${path}`,
    });
  }
  refuseOpenParent(dirname(path));
}

/** In a directory that everybody may change anybody can put another one in our place, but for one like `/tmp`. */
function refuseOpenParent(parent: string): void {
  const { mode } = statSync(parent);
  if ((mode & EVERYBODY_WRITES) === 0 || (mode & STICKY) !== 0) return;
  throw new AtelError('input', `can be changed by every user (mode ${(mode & 0o777).toString(8)})`, {
    where: parent,
    fix: `chmod o-w ${parent}`,
  });
}

/**
 * Runs `work` so that files which others make (SQLite, a process that it starts) are the user's alone as well, even
 * where their own default is 0644. The mask is the whole process's, so `work` must not wait.
 */
export function withPrivateUmask<T>(work: () => T): T {
  const before = process.umask(PRIVATE_UMASK);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/**
 * Makes a directory (0700) and its parents. Not `mkdir` with `recursive`: below /proc, where nothing can be made, that
 * one never returns (Node 24.21).
 */
export function makeDirs(path: string): void {
  if (existsSync(path)) return;
  makeDirs(dirname(path));
  try {
    mkdirSync(path, { mode: PRIVATE_DIR });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** Makes the entries of a directory (new names, renames, removals) durable. */
export function fsyncDir(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all of `data`, which one `write` call need not do. */
export function writeFully(fd: number, data: Uint8Array): void {
  for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
}

/**
 * Replaces `path` in one step: temporary file, fsync, rename, fsync of the directory. A reader sees the old or
 * the new content, never a part.
 */
export function writeAtomic(path: string, data: string | Uint8Array, mode: number = PRIVATE_FILE): void {
  replaceFile(path, data, mode);
  fsyncDir(dirname(path));
}

/** The same without the fsync of the directory: a power cut may bring the old content back. */
export function replaceFile(path: string, data: string | Uint8Array, mode: number = PRIVATE_FILE): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'w', mode);
  try {
    writeFully(fd, typeof data === 'string' ? Buffer.from(data) : data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}

/** The file as text, or `undefined` when there is none. */
export function readTextIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Names in a directory; none where there is no such directory. */
export function namesIn(directory: string): readonly string[] {
  return unlessAbsent(() => readdirSync(directory));
}

/** The same with what each of them is. */
export function entriesIn(directory: string): readonly Dirent[] {
  return unlessAbsent(() => readdirSync(directory, { withFileTypes: true }));
}

function unlessAbsent<T>(list: () => readonly T[]): readonly T[] {
  try {
    return list();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Up to `length` bytes from `position`; fewer at the end of the file. */
export function readAt(fd: number, position: number, length: number): Buffer {
  return readInto(Buffer.allocUnsafe(length), fd, position);
}

/** Fills `buffer` from `position`. @returns the part that was filled; less than all at the end of the file */
export function readInto(buffer: Buffer, fd: number, position: number): Buffer {
  let done = 0;
  while (done < buffer.length) {
    const read = readSync(fd, buffer, done, buffer.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return buffer.subarray(0, done);
}

/** Size in bytes, 0 when the file does not exist. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Size of an open file in bytes. */
export function sizeOfFd(fd: number): number {
  return fstatSync(fd).size;
}

/** Where the last newline ends: what stands behind it is still being written. */
export function endOfWholeLines(fd: number): number {
  for (let end = sizeOfFd(fd); end > 0;) {
    const start = Math.max(0, end - BACKWARD_BYTES);
    const newline = readAt(fd, start, end - start).lastIndexOf('\n');
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}
