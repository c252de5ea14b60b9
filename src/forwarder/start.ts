/** Starting the forwarder in the background: by the hooks' launcher, by `atel up`, by commands that read. */
import { fileURLToPath } from 'node:url';
import { type Env, pickEnv } from '../platform/env.ts';
import { ensurePrivateDir } from '../platform/files.ts';
import { type Paths, XDG_VARIABLES } from '../platform/paths.ts';
import { livePidFile, startDetached } from '../platform/processes.ts';
import { programBeside } from '../platform/programs.ts';

/** The forwarder inherits nothing that could steer Node or leak a key. */
const INHERITED = ['HOME', 'PATH', 'LANG', 'TMPDIR', ...XDG_VARIABLES];

/** MiB. With 8 a tenth more CPU time goes into copying what lives as long as a batch; 32 gain nothing (measured). */
const YOUNG_HEAP_MIB = 16;

/** Of Node, for the forwarder's process. */
export const FORWARDER_FLAGS: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  `--max-semi-space-size=${YOUNG_HEAP_MIB}`,
];

/** A core file would hold what no record shows. Node cannot set a limit; the shell does, and becomes Node. */
const WITHOUT_CORE_FILES = 'ulimit -c 0; exec "$@"';

/** The daemon beside this file, compiled or as source. */
const DAEMON = fileURLToPath(programBeside(import.meta.url, 'daemon'));

/**
 * Starts a forwarder unless one runs.
 * @returns its pid, of the running or the new one
 */
export function startForwarder(paths: Paths, env: Env): number | undefined {
  const running = livePidFile(paths.pidFile);
  if (running) return running.pid;
  ensurePrivateDir(paths.dataDir);
  const node = [process.execPath, ...FORWARDER_FLAGS, DAEMON];
  return startDetached('/bin/sh', ['-c', WITHOUT_CORE_FILES, 'sh', ...node], {
    cwd: paths.dataDir,
    env: pickEnv(env, INHERITED),
    logFile: paths.logFile,
  });
}
