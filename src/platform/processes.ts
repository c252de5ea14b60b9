/** Processes: are they alive, are they still the same, and starting one that outlives us. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { errnoOf } from './errors.ts';
import { PRIVATE_FILE, readTextIfExists, withPrivateUmask } from './files.ts';
import type { Env } from './env.ts';

/** True when a process with this pid exists, whoever owns it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/**
 * When a process started, as an opaque string that differs when its pid is used again: on Linux ticks since boot (field
 * 22 of /proc/<pid>/stat), a space and the boot's id, since after a reboot the same pid may start at the same tick; the
 * date of `ps` elsewhere. `undefined` when there is no such process, or only its exit code is left (a zombie). One whose
 * first thread has ended while others still hold its files and ports lives.
 */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = readProcFile(pid, 'stat');
    // The command name may hold spaces and parentheses; the fields begin after its last one, with the state.
    const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    const threads = /^Threads:\t(\d+)/m.exec(readProcFile(pid, 'status') ?? '')?.[1];
    const ticks = state === 'Z' && Number(threads ?? 0) <= 1 ? undefined : fields[18];
    return ticks && [ticks, ...bootId()].join(' ');
  }
  const ps = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = 'Z', ...date] = (ps.stdout ?? '').trim().split(/\s+/);
  return state.startsWith('Z') || date.length === 0 ? undefined : date.join(' ');
}

/** None where a container hides it. */
function bootId(): readonly string[] {
  const id = readIfReadable(BOOT_ID_FILE)?.trim();
  return id ? [id] : [];
}

/**
 * Whether a process still is the one whose start time was written down.
 * @param written what `startTimeOf` gave then; releases up to 0.1 wrote ticks alone
 */
export function isSameStart(written: string, pid: number): boolean {
  const now = startTimeOf(pid);
  return now !== undefined && (written === now || (/^\d+$/.test(written) && now.startsWith(`${written} `)));
}

function readProcFile(pid: number, name: string): string | undefined {
  return readIfReadable(`/proc/${pid}/${name}`);
}

function readIfReadable(path: string): string | undefined {
  try {
    return readTextIfExists(path);
  } catch {
    return undefined;
  }
}

export interface PidFileEntry {
  readonly pid: number;
  readonly startTime: string | undefined;
}

/** A pid file: the pid on the first line, so that a shell can read it, the start time on the second. */
export function formatPidFile(pid: number): string {
  return `${pid}\n${startTimeOf(pid) ?? ''}\n`;
}

/** The process of a pid file, if it still is the one that wrote it. */
export function livePidFile(path: string): PidFileEntry | undefined {
  const [first = '', second = ''] = (readTextIfExists(path) ?? '').split('\n');
  if (!/^\d+$/.test(first)) return undefined;
  const pid = Number(first);
  const startTime = startTimeOf(pid);
  if (!isAlive(pid) || (second !== '' && !isSameStart(second, pid))) return undefined;
  return { pid, startTime };
}

/** Starts a process of its own session that outlives this one, its output appended to `logFile`. */
export function startDetached(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Env; readonly logFile: string },
): number | undefined {
  const log = openSync(options.logFile, 'a', PRIVATE_FILE);
  try {
    const child = withPrivateUmask(() =>
      spawn(command, [...args], {
        cwd: options.cwd,
        env: { ...options.env },
        detached: true,
        stdio: ['ignore', log, log],
      }),
    );
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}
