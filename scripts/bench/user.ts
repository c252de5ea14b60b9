/** A HOME of its own with the hooks installed, as the benches need it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { livePidFile } from '../../src/platform/processes.ts';

export const ATEL = fileURLToPath(new URL('../../bin/atel.js', import.meta.url));

export interface BenchUser {
  readonly home: string;
  readonly project: string;
  readonly paths: Paths;
  readonly hook: string;
  /** Runs `atel` and gives its standard output. */
  atel(...args: string[]): string;
  remove(): void;
}

/**
 * Makes the user; nothing runs yet.
 * @param dir where the HOME is made
 */
export function createBenchUser(dir: string = tmpdir()): BenchUser {
  const home = realpathSync(mkdtempSync(join(dir, 'atel-bench-')));
  const project = join(home, 'project');
  mkdirSync(project);
  const paths = resolvePaths({ HOME: home });
  const user: BenchUser = {
    home,
    project,
    paths,
    hook: join(paths.hooksDir, 'settings-project/capture.sh'),
    atel(...args) {
      // Programs that were built before are used again.
      const env = {
        HOME: home,
        PATH: process.env['PATH'],
        XDG_CACHE_HOME: dirname(resolvePaths(process.env).cacheDir),
      };
      const run = spawnSync(process.execPath, [ATEL, ...args], {
        cwd: project,
        env,
        encoding: 'utf8',
        maxBuffer: 1 << 30,
      });
      if (run.status !== 0) throw new Error(`atel ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
      return run.stdout;
    },
    remove() {
      const forwarder = livePidFile(paths.pidFile);
      if (forwarder) process.kill(forwarder.pid, 'SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  user.atel('init');
  user.atel('enable');
  return user;
}

/** Lends a user of its own, and removes it afterwards. */
export async function withBenchUser<T>(use: (user: BenchUser) => Promise<T>): Promise<T> {
  const user = createBenchUser();
  try {
    return await use(user);
  } finally {
    user.remove();
  }
}
