/** Which directory is "the project" for a command run somewhere below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The root of the git checkout, else the nearest directory upwards with `.claude`, else `cwd`. Client 2.1.330 reads the
 * local settings of the checkout's root wherever in it a session starts, those of a directory between only when it
 * starts there (measured). HOME is no project, though it may be a checkout and has a `.claude`.
 */
export function findProjectRoot(cwd: string, home: string): string {
  const upwards = ancestors(cwd).filter((directory) => directory !== home);
  const has = (name: string) => upwards.find((directory) => existsSync(join(directory, name)));
  return has('.git') ?? has('.claude') ?? cwd;
}

/** The directory and all above it, nearest first. */
export function ancestors(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...ancestors(above)];
}
