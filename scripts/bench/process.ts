/** What the kernel tells of a running process (Linux; man 5 proc). */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** USER_HZ, the unit of times in /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const MILLIS_PER_TICK = 10;

/** Highest resident set since the process began, in MiB; 0 when it is gone. */
export function peakMib(pid: number): number {
  return mib(pid, /^VmHWM:\s+(\d+) kB/m);
}

/** Resident set, in MiB; 0 when the process is gone. */
export function residentMib(pid: number): number {
  return mib(pid, /^VmRSS:\s+(\d+) kB/m);
}

/** CPU time of all threads so far, user and system, in milliseconds. */
export function cpuMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the command name, which may hold spaces, come the fields from the third on; times are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MILLIS_PER_TICK;
}

function mib(pid: number, field: RegExp): number {
  try {
    return Number(field.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Asks again and again until something is true. @throws when it is not in time */
export async function until(
  what: () => boolean | Promise<boolean>,
  { pollMillis, patienceMillis }: { readonly pollMillis: number; readonly patienceMillis: number },
): Promise<void> {
  for (const end = performance.now() + patienceMillis; !(await what()); await sleep(pollMillis)) {
    if (performance.now() > end) throw new Error('did not come true in time');
  }
}
