/** Where a path leads: `~` and symlinks as the kernel and the shell would see them. POSIX paths only. */
import { posix } from 'node:path';

export interface PathWorld {
  /** The path without symlinks, `undefined` when it does not exist or may not be looked at. */
  realpath(path: string): string | undefined;
  /** Home of the user. */
  readonly home: string;
  /** Home of another user by name, `undefined` when there is no such user. */
  userHome(name: string): string | undefined;
}

/** Linux's PATH_MAX: a longer path names nothing, so the disk is not asked. */
const MAX_PATH_LENGTH = 4096;

const DEVICES = new Set(
  ['null', 'zero', 'full', 'random', 'urandom', 'stdin', 'stdout', 'stderr', 'tty'].map(
    (name) => `/dev/${name}`,
  ),
);

/** Devices that hold nobody's data. */
export function isDevice(path: string): boolean {
  return DEVICES.has(path) || /^\/dev\/(?:fd\/\d+|(?:tcp|udp)\/[^/]+\/\w+)$/.test(path);
}

/**
 * A path with `~` or `~name` in front made absolute; every other one, and that of an unknown user, as it is. The
 * parts are not normalised.
 */
export function expandTilde(path: string, world: PathWorld): string {
  if (!path.startsWith('~')) return path;
  const end = path.includes('/') ? path.indexOf('/') : path.length;
  const home = end === 1 ? world.home : world.userHome(path.slice(1, end));
  return home === undefined ? path : home + path.slice(end);
}

/**
 * Walks an absolute path as the kernel does: `..` after a symlink is the parent of the link's target. The longest part
 * that exists is resolved, the rest appended.
 */
export function resolveSymlinks(path: string, world: PathWorld): string {
  if (path.length > MAX_PATH_LENGTH || path.includes('\0')) return posix.resolve('/', path);
  let at = '/';
  let names: string[] = [];
  const settle = (): void => {
    at = longestReal(at, names, world);
    names = [];
  };
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else {
      settle();
      at = posix.dirname(at);
    }
  }
  settle();
  return at;
}

/** `names` below `base`, with the existing part of the way resolved. Bisects, since a part exists if a longer one does. */
function longestReal(base: string, names: readonly string[], world: PathWorld): string {
  const real = (count: number): string | undefined => world.realpath(below(base, names.slice(0, count)));
  const whole = real(names.length);
  if (whole !== undefined) return whole;
  let [low, high, found] = [0, names.length, base];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const path = real(middle);
    if (path === undefined) high = middle;
    else [low, found] = [middle, path];
  }
  return below(found, names.slice(low));
}

/** A path below a normalised one; the names are plain. */
function below(base: string, names: readonly string[]): string {
  return names.length === 0 ? base : `${base === '/' ? '' : base}/${names.join('/')}`;
}

/** Whether `path` is `directory` or lies below it; both absolute and normalised. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
