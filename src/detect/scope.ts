/** Whether a path lies inside the project, and if not, by which way it left. */
import { posix } from 'node:path';
import type { PathUse } from '../event/path-use.ts';
import { expandTilde, isDevice, isWithin, type PathWorld, resolveSymlinks } from './resolve-path.ts';

/** Where an action took place; all paths absolute. */
export interface Where {
  readonly cwd: string;
  readonly projectRoot: string;
  /** Directories that belong to the project beside its root, e.g. those of `/add-dir` and worktrees elsewhere. */
  readonly additionalDirectories: readonly string[];
  /** The session's own directory for temporary files. */
  readonly scratchpad?: string;
}

export type OutsideReason =
  | 'symlink'
  | 'other-home'
  | 'home'
  | 'parent-escape'
  | 'temporary'
  | 'directory'
  | 'absolute';

export interface Judgement {
  /** Absolute and normalised, as it was named. */
  readonly path: string;
  /** The same without symlinks, as far as it exists. */
  readonly real: string;
  readonly outside: boolean;
  readonly reason?: OutsideReason;
  /** The reason as a clause. */
  readonly why?: string;
}

export interface Scope {
  /** Resolves and judges one use. Never throws for any string. */
  judge(use: PathUse, where: Where): Judgement;
  /** An absolute path without symlinks, as far as it exists. */
  real(path: string): string;
}

/** Programs of the system: running them by their path says nothing about the project. */
const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/usr', '/opt'];
const TEMPORARY_DIRECTORIES = [
  '/tmp',
  '/var/tmp',
  '/private/tmp',
  '/private/var/tmp',
  '/var/folders',
  '/dev/shm',
];
/** Where users have their homes; the parent of our own user's home counts too. */
const HOME_PARENTS = ['/home', '/Users'];

/** A judge over one file system and user. */
export function createScope(world: PathWorld): Scope {
  return {
    real: (path) => resolveSymlinks(path, world),
    judge(use, where) {
      const expanded = expandTilde(use.path, world);
      const absolute = expanded.startsWith('/') ? expanded : `${where.cwd}/${expanded}`;
      const path = posix.resolve('/', absolute);
      const real = resolveSymlinks(absolute, world);
      const within = (candidate: string, roots: readonly string[]) =>
        roots.some((root) => isWithin(candidate, root));
      const roots = rootsOf(where);
      const inside =
        isDevice(path) ||
        (use.access === 'execute' && within(path, SYSTEM_DIRECTORIES)) ||
        within(
          real,
          roots.map((root) => resolveSymlinks(root, world)),
        );
      if (inside) return { path, real, outside: false };
      const reason = within(path, roots) ? 'symlink' : reasonOf(use, path, real, where, world);
      return {
        path,
        real,
        outside: true,
        reason,
        why: real === path ? CLAUSES[reason] : `${CLAUSES[reason]}, to ${real}`,
      };
    },
  };
}

function rootsOf({ projectRoot, additionalDirectories, scratchpad }: Where): string[] {
  const roots = [projectRoot, ...additionalDirectories, ...(scratchpad === undefined ? [] : [scratchpad])];
  return roots.filter((root) => root.startsWith('/')).map((root) => posix.resolve(root));
}

function reasonOf(use: PathUse, path: string, real: string, where: Where, world: PathWorld): OutsideReason {
  if (ownerOfHome(path, world) !== undefined) return 'other-home';
  if (!/^[/~]/.test(use.path)) {
    return use.path.split('/').includes('..') && where.cwd !== path ? 'parent-escape' : 'directory';
  }
  if (isWithin(real, world.home) || isWithin(path, world.home)) return 'home';
  return TEMPORARY_DIRECTORIES.some((directory) => isWithin(path, directory)) ? 'temporary' : 'absolute';
}

const CLAUSES: Readonly<Record<OutsideReason, string>> = {
  symlink: 'leaves the project through a symlink',
  'other-home': 'in the home of another user',
  home: 'in the home directory, outside the project',
  'parent-escape': 'leaves the project by ..',
  temporary: 'in a directory for temporary files',
  directory: 'the working directory is outside the project',
  absolute: 'an absolute path outside the project',
};

/** The user whose home holds the path, unless it is our own. */
function ownerOfHome(path: string, world: PathWorld): string | undefined {
  if (isWithin(path, world.home)) return undefined;
  if (isWithin(path, '/root')) return 'root';
  const parent = [posix.dirname(world.home), ...HOME_PARENTS].find(
    (directory) => directory !== '/' && path !== directory && isWithin(path, directory),
  );
  return parent === undefined ? undefined : path.slice(parent.length + 1).split('/')[0];
}
