/** The optional directory argument of `enable` and `disable`. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { findProjectRoot } from '../capture/project-root.ts';
import { AtelError } from '../platform/errors.ts';
import type { CliContext } from './context.ts';

export const directoryParameters = {
  flags: {},
  positional: {
    kind: 'tuple',
    parameters: [
      {
        brief: 'Default: the root of the current project',
        placeholder: 'directory',
        parse: String,
        optional: true,
      },
    ],
  },
} as const;

/**
 * The directory named, else the root of the project around the current one.
 * @throws AtelError usage — it is not there
 */
export function projectDirectory({ cwd, paths }: CliContext, directory: string | undefined): string {
  if (directory === undefined) return findProjectRoot(cwd, paths.home);
  const path = resolve(cwd, directory);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new AtelError('usage', 'there is no such directory', { where: path, fix: 'name an existing one' });
}
