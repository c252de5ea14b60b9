/** Processes and their command lines as the system shows them: `/proc` where there is one, else `ps`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { startTimeOf } from '../platform/processes.ts';

const HAS_PROC = existsSync('/proc/self/stat');

/** The command line with single spaces; empty when the process is gone or hides it. */
export function commandOf(pid: number): string {
  if (!HAS_PROC) return ps(['-ww', '-o', 'command=', '-p', String(pid)]).trim();
  return readIfThere(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
}

/** Our own living processes that were started with exactly this argument. */
export function processesWithArgument(argument: string): readonly number[] {
  if (!HAS_PROC) {
    const lines = ps(['-xww', '-o', 'pid=,command=']).split('\n');
    return lines
      .filter((line) => `${line} `.includes(` ${argument} `))
      .map((line) => Number.parseInt(line, 10));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => readIfThere(`/proc/${name}/cmdline`).split('\0').slice(1).includes(argument))
    .map(Number)
    .filter((pid) => isOurs(pid) && startTimeOf(pid) !== undefined);
}

function isOurs(pid: number): boolean {
  const real = /^Uid:\t(\d+)/m.exec(readIfThere(`/proc/${pid}/status`))?.[1];
  return real !== undefined && Number(real) === process.getuid?.();
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
