/** Programs of this machine: where they are looked for, and whether they may be run. */
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from './env.ts';

/** The directories of `PATH`. Relative entries are skipped: they depend on who asks from where. */
export function searchPath(env: Env): readonly string[] {
  return (env['PATH'] ?? '').split(':').filter((directory) => directory.startsWith('/'));
}

/** The absolute path of the first program with this name. */
export function findProgram(name: string, directories: readonly string[]): string | undefined {
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

/** Whether this user may run the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Our own program that stands beside a module, compiled or as source. */
export function programBeside(moduleUrl: string, name: string): URL {
  return new URL(`./${name}.${moduleUrl.endsWith('.ts') ? 'ts' : 'js'}`, moduleUrl);
}
