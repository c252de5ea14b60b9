/** The links on the disk: directories, spool, what was lost, space, and the clock that names the events. */
import { type Stats, chmodSync, lstatSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectories } from '../capture/install.ts';
import { shellQuote } from '../capture/shell-quote.ts';
import { errnoOf, messageOf } from '../platform/errors.ts';
import { PRIVATE_DIR, PRIVATE_FILE, ensurePrivateDir } from '../platform/files.ts';
import { plural } from '../platform/plural.ts';
import { type Check, type Diagnosis, fail, ok, warn } from './check.ts';

const MIB = 1_048_576;
const LEAST_FREE_BYTES = 100 * MIB;
const ENOUGH_FREE_BYTES = 1024 * MIB;
/** Network file systems are off by a second or two. */
const MAX_SKEW_MILLIS = 5_000;

export const directoriesCheck: Check = {
  name: 'directories',
  title: 'Directories',
  run({ paths, settings }) {
    if (!isThere(paths.dataDir) && settings.every(({ scope }) => scope === undefined))
      return ok('none yet: atel init makes them');
    const later = [paths.journalDir, paths.deadLetterDir, paths.stackDir].filter(isThere);
    const broken = [...privateDirectories(paths), ...later].flatMap(directoryProblem);
    return broken.length > 0 ? broken : ok(`${paths.dataDir}, private`);
  },
};

function directoryProblem(path: string): readonly Diagnosis[] {
  const stat = statOf(path);
  const quoted = shellQuote(path);
  if (!stat) return fail(`${path} is missing`, `mkdir -p -m 700 ${quoted}`, () => ensurePrivateDir(path));
  if (!stat.isDirectory())
    return fail(`${path} is not a directory`, `mv ${quoted} ${shellQuote(`${path}.aside`)}`);
  const uid = process.getuid?.();
  if (uid !== undefined && stat.uid !== uid)
    return fail(`${path} belongs to uid ${stat.uid}`, `sudo chown ${uid} ${quoted}`);
  if ((stat.mode & 0o077) !== 0)
    return fail(`${path} is open to other users`, `chmod 700 ${quoted}`, () => chmodSync(path, PRIVATE_DIR));
  return [];
}

function isThere(path: string): boolean {
  return statOf(path) !== undefined;
}

/** `undefined` where nothing is, below a file too. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

export const spoolCheck: Check = {
  name: 'spool',
  title: 'Spool',
  run({ paths: { spoolDir, queueDir } }) {
    if (!isThere(queueDir)) return ok('none: see the directories');
    try {
      // Beside the queue, where the forwarder does not take it for an event.
      probe(spoolDir);
      return statSync(queueDir).isDirectory()
        ? ok(`${queueDir}, writable`)
        : fail(`${queueDir} is no directory`);
    } catch (error) {
      return fail(`cannot be written: ${messageOf(error)}`, `df -h ${shellQuote(spoolDir)}`);
    }
  },
};

/** Writes a file and removes it. @returns its modification time in ms since 1970 */
function probe(directory: string): number {
  const file = join(directory, `.doctor-${process.pid}`);
  try {
    writeFileSync(file, 'probe\n', { flag: 'wx', mode: PRIVATE_FILE });
    return statSync(file).mtimeMs;
  } finally {
    rmSync(file, { force: true });
  }
}

export const lossCheck: Check = {
  name: 'losses',
  title: 'Losses',
  run({ paths: { quarantineDir, lostDir, fallbackLostDir } }) {
    const places = [
      [quarantineDir, 'could not be read; the bytes are kept'],
      [lostDir, 'could not be written; the forwarder records that'],
      [fallbackLostDir, 'could not be written; the forwarder records that'],
    ] as const;
    const found = places.flatMap(([directory, what]) => {
      const count = entries(directory).length;
      return count === 0 ? [] : warn(`${plural(count, 'event')} ${what}`, `ls -l ${shellQuote(directory)}`);
    });
    return found.length > 0 ? found : ok('none');
  },
};

export const spaceCheck: Check = {
  name: 'space',
  title: 'Disk space',
  run({ paths: { dataDir, home }, freeBytes }) {
    const directory = isThere(dataDir) ? dataDir : home;
    const free = freeBytes(directory);
    const text = `${Math.floor(free / MIB).toLocaleString('en')} MiB free`;
    if (free >= ENOUGH_FREE_BYTES) return ok(text);
    const fix = `du -sh ${shellQuote(directory)}/*`;
    return free < LEAST_FREE_BYTES ? fail(`${text}: events will be lost`, fix) : warn(text, fix);
  },
};

export const clockCheck: Check = {
  name: 'clock',
  title: 'Clock',
  run({ paths: { spoolDir, queueDir }, now }) {
    try {
      const skew = probe(spoolDir) - now();
      if (Math.abs(skew) > MAX_SKEW_MILLIS)
        return warn(
          `files are dated ${seconds(skew)} s off the clock: events get wrong times`,
          'timedatectl status',
        );
    } catch {
      return ok('not compared: the spool cannot be written');
    }
    const ahead = mtimes(queueDir).reduce((latest, at) => Math.max(latest, at), 0) - now();
    return ahead > MAX_SKEW_MILLIS
      ? warn(`an event is dated ${seconds(ahead)} s ahead: the clock was set back`, 'timedatectl status')
      : ok('agrees with the files');
  },
};

function seconds(millis: number): number {
  return Math.round(millis / 1000);
}

/** Modification times of the files in a directory, in ms since 1970. */
export function mtimes(directory: string): readonly number[] {
  return entries(directory).flatMap((name) => {
    const stat = statOf(join(directory, name));
    return stat?.isFile() ? [stat.mtimeMs] : [];
  });
}

/** Names in a directory; none where there is no such directory. */
export function entries(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
