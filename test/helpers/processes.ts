/** Every process of a world: told by its HOME, which it inherited. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ids of all live processes with this HOME; on systems without `/proc` none. */
export function processesOf(home: string): readonly number[] {
  return listProcesses().filter((pid) => environOf(pid).includes(`HOME=${home}`));
}

/** The environment a process was started with, `NAME=value` each; empty when it is gone or not ours. */
export function environOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  } catch {
    return [];
  }
}

/** Kills them all, those that are started meanwhile too: a launcher of a hook may still be on its way. */
export async function endProcesses(home: string): Promise<void> {
  for (let pids = processesOf(home); pids.length > 0; pids = processesOf(home)) {
    for (const pid of pids) killIfThere(pid);
    await sleep(20);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

function listProcesses(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
