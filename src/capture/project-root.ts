/** Which directory is "the project" for a command run somewhere below it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The nearest directory upwards with `.git` or `.claude`, else `cwd`. The `.claude` of HOME is the user's own
 * and makes no project.
 */
export function findProjectRoot(cwd: string, home: string): string {
  for (let directory = cwd; ; directory = dirname(directory)) {
    if (existsSync(join(directory, '.git'))) return directory;
    if (directory !== home && existsSync(join(directory, '.claude'))) return directory;
    if (directory === dirname(directory)) return cwd;
  }
}
