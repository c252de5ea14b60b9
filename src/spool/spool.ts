/**
 * The spool as the forwarder sees it: `q/` new events, `bad/` raw bytes that could not be understood, `lost/` empty
 * files whose names tell of events that could not be written. Nothing leaves `q/` before the caller says that it is
 * journaled.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  type BigIntStats,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { ensurePrivateDir, fsyncDir, readAt } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { type DropFile, parseDropFile } from './drop-file.ts';

/** A file without its trailer may still be being written; older ones are taken as they are. */
const UNFINISHED_WAIT_MILLIS = 10_000;

/** Longer than any file system's step of mtimes (FAT has two seconds). */
const MTIME_STEP_MILLIS = 2_500;
/** Asked once, since every file is compared with it; −1 on systems without user ids. */
const OWN_UID = BigInt(process.getuid?.() ?? -1);
/** Even a directory that says it did not change is listed after so long: a network's answer may be old. */
const MAX_UNLISTED_MILLIS = 10_000;

export interface SpoolEntry {
  readonly name: string;
  readonly mtimeNanos: bigint;
  readonly inode: bigint;
  readonly size: number;
  /** Why it is not a private regular file of ours and will never be an event; `undefined` when it is one. */
  readonly foreign: string | undefined;
}

/** What a file in the queue turned out to be. */
export type SpoolRead =
  | { readonly kind: 'complete'; readonly file: DropFile }
  /** Its hook may still be writing: no trailer yet and young, or newer than listed. */
  | { readonly kind: 'unfinished' }
  /** No trailer, and old: `file` when at least the header is whole. */
  | { readonly kind: 'torn'; readonly file: DropFile | undefined; readonly bytes: Buffer }
  /** Not a private regular file of ours, never opened; or one that the disk cannot give back. Left in place. */
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'gone' };

export interface LossMark {
  readonly why: string;
  readonly name: string;
  readonly path: string;
  readonly mtimeNanos: bigint;
}

export interface Spool {
  /** Everything in the queue, oldest first. */
  scan(): readonly SpoolEntry[];
  read(entry: SpoolEntry, nowMillis: number): SpoolRead;
  /** Removes journaled files, durably. */
  remove(names: readonly string[]): void;
  /** Moves the raw file aside; for events whose record tells that it could not be understood. */
  quarantine(name: string): void;
  losses(): readonly LossMark[];
  removeLosses(marks: readonly LossMark[]): void;
}

/**
 * Opens the spool, making its directories.
 * @throws AtelError input — a directory belongs to somebody else or is open to others
 */
export function openSpool(paths: Paths): Spool {
  for (const dir of [paths.dataDir, paths.spoolDir, paths.queueDir, paths.quarantineDir, paths.lostDir]) {
    ensurePrivateDir(dir);
  }
  return {
    scan: sparing(() => scan(paths.queueDir), paths.queueDir),
    read: (entry, nowMillis) => readEntry(paths.queueDir, entry, nowMillis),
    remove(names) {
      for (const name of names) unlinkIfThere(`${paths.queueDir}/${name}`);
      if (names.length > 0) fsyncDir(paths.queueDir);
    },
    quarantine(name) {
      renameSync(join(paths.queueDir, name), join(paths.quarantineDir, name));
      fsyncDir(paths.quarantineDir);
      fsyncDir(paths.queueDir);
    },
    losses: () => [paths.lostDir, paths.fallbackLostDir].flatMap(lossMarks),
    removeLosses(marks) {
      for (const mark of marks) {
        unlinkIfThere(mark.path);
        fsyncDir(dirname(mark.path));
      }
    },
  };
}

/**
 * Lists nothing while an empty queue stays as it is, which its directory's mtime tells: listing one that once held very
 * many files takes milliseconds, four times a second.
 */
function sparing(list: () => readonly SpoolEntry[], queueDir: string): () => readonly SpoolEntry[] {
  let empty: { readonly changedNanos: bigint; readonly listedAt: number } | undefined;
  return () => {
    const changedNanos = statIfThere(queueDir)?.mtimeNs ?? 0n;
    const listedAt = performance.now();
    if (empty?.changedNanos === changedNanos && listedAt - empty.listedAt < MAX_UNLISTED_MILLIS) return [];
    // A change so young may be followed by another one with the same time.
    const settled = Date.now() - Number(changedNanos / 1_000_000n) > MTIME_STEP_MILLIS;
    const entries = list();
    empty = entries.length === 0 && settled ? { changedNanos, listedAt } : undefined;
    return entries;
  };
}

function scan(queueDir: string): readonly SpoolEntry[] {
  const entries: SpoolEntry[] = [];
  for (const name of readdirSync(queueDir)) {
    const stat = statIfThere(`${queueDir}/${name}`);
    if (!stat) continue;
    const { mtimeNs: mtimeNanos, ino: inode } = stat;
    entries.push({ name, mtimeNanos, inode, size: Number(stat.size), foreign: foreignBecause(stat) });
  }
  return entries.toSorted((a, b) => {
    if (a.mtimeNanos === b.mtimeNanos) return a.name < b.name ? -1 : 1;
    return a.mtimeNanos < b.mtimeNanos ? -1 : 1;
  });
}

function readEntry(queueDir: string, entry: SpoolEntry, nowMillis: number): SpoolRead {
  if (entry.foreign !== undefined) return { kind: 'foreign', why: entry.foreign };
  let fd: number;
  try {
    fd = openSync(
      `${queueDir}/${entry.name}`,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return { kind: 'gone' };
    // Out of file descriptors or memory is a state of ours, not of the file: the caller tries again later.
    if (code === 'ELOOP' || code === 'EACCES' || code === 'EIO') return { kind: 'foreign', why: code };
    throw error;
  }
  try {
    const stat = fstatSync(fd, { bigint: true });
    const opened = foreignBecause(stat);
    if (opened) return { kind: 'foreign', why: opened };
    // Grown since it was listed. The next listing knows it as it will be known after a crash.
    if (stat.mtimeNs !== entry.mtimeNanos) return { kind: 'unfinished' };
    return judge(entry, readAt(fd, 0, Number(stat.size)), nowMillis);
  } catch (error) {
    // One bad sector must not keep all other events waiting.
    if (errnoOf(error) === 'EIO') return { kind: 'foreign', why: 'EIO' };
    throw error;
  } finally {
    closeSync(fd);
  }
}

function judge(entry: SpoolEntry, bytes: Buffer, nowMillis: number): SpoolRead {
  const file = parseDropFile(entry.name, bytes);
  if (file?.commit === 'ok') return { kind: 'complete', file };
  const ageMillis = nowMillis - Number(entry.mtimeNanos / 1_000_000n);
  // From further ahead than this it is a clock that was set back: waiting for it could mean waiting for ever.
  if (Math.abs(ageMillis) < UNFINISHED_WAIT_MILLIS) return { kind: 'unfinished' };
  return { kind: 'torn', file, bytes };
}

function foreignBecause(stat: BigIntStats): string | undefined {
  if (!stat.isFile()) return 'not_a_regular_file';
  if (stat.nlink !== 1n) return 'hard_link';
  if (stat.uid !== OWN_UID && OWN_UID >= 0) return 'foreign_owner';
  return undefined;
}

function lossMarks(dir: string): readonly LossMark[] {
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names.flatMap((file) => {
    const path = join(dir, file);
    const stat = statIfThere(path);
    const dot = file.indexOf('.');
    if (!stat || foreignBecause(stat) || dot < 1) return [];
    return [{ why: file.slice(0, dot), name: file.slice(dot + 1), path, mtimeNanos: stat.mtimeNs }];
  });
}

function statIfThere(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
