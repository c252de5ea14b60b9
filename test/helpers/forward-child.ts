/** The real forwarder as a process of its own, with a fault of the disk on its way if wanted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Fault } from './fault-preload.ts';

const MAIN = fileURLToPath(new URL('forward-main.ts', import.meta.url));
const CLOCK = fileURLToPath(new URL('clock-preload.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('fault-preload.ts', import.meta.url));

export interface ForwardRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface ForwardOptions {
  readonly home: string;
  /** Default true: leave when the spool is empty. */
  readonly once?: boolean;
  readonly fault?: Fault;
  /** A file that holds by how much its clock is off, see `set-clock.ts`. */
  readonly clockFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A directory that makes the start faster; shared by runs. */
  readonly compileCache?: string;
}

export interface ForwardChild {
  readonly process: ChildProcess;
  readonly ended: Promise<ForwardRun>;
  /** What it has said so far. */
  stderr(): string;
}

/** Starts the forwarder of the sources. */
export function startForward({
  home,
  once = true,
  fault,
  clockFile,
  env,
  compileCache,
}: ForwardOptions): ForwardChild {
  const node = [
    '--disable-warning=ExperimentalWarning',
    ...(fault ? ['--import', PRELOAD] : []),
    ...(clockFile === undefined ? [] : ['--import', CLOCK]),
    MAIN,
    ...(once ? ['--once'] : []),
  ];
  const child = spawn(process.execPath, node, {
    cwd: '/',
    env: {
      HOME: home,
      PATH: '/usr/bin:/bin',
      ...env,
      ...(fault && { ATEL_TEST_FAULT: JSON.stringify(fault) }),
      ...(clockFile !== undefined && { ATEL_TEST_CLOCK: clockFile }),
      ...(compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<ForwardRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stderr }));
  });
  return { process: child, ended, stderr: () => stderr };
}

/** Runs it, with `--once`, to its end. */
export function forwardOnce(options: Omit<ForwardOptions, 'once'>): Promise<ForwardRun> {
  return startForward(options).ended;
}
