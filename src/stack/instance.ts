/** A part as it runs (or ran): its files in the stack's directory, and the processes that belong to it. */
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { PRIVATE_FILE, readAt, readTextIfExists, sizeOf, sizeOfFd, writeAtomic } from '../platform/files.ts';
import { isSameStart } from '../platform/processes.ts';
import type { Part } from './parts.ts';
import { processesWithArgument } from './command-lines.ts';

/** A log larger than this is put aside (one generation) at the next start. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;
const LOG_TAIL_BYTES = 64 * 1024;
const MAX_ERROR_CHARS = 300;

/** Our own lines in the log of a part; an error counts as current only after the last of them. */
export const LOG_MARK = '--- atel: ';

export interface InstanceFiles {
  readonly dir: string;
  /** The settings in force: a copy made at start, so that an update of this package changes nothing that runs. */
  readonly configFile: string;
  readonly logFile: string;
  readonly pidFile: string;
}

export function instanceFiles(part: Part, stackDir: string): InstanceFiles {
  const dir = join(stackDir, part.name);
  return {
    dir,
    configFile: join(dir, part.config),
    logFile: join(stackDir, `${part.name}.log`),
    pidFile: join(stackDir, `${part.name}.pid`),
  };
}

const pidFileSchema = z.object({
  pid: z.int().positive(),
  start_time: z.string(),
  binary: z.string(),
  version: z.string(),
  /** Fingerprint of program and settings: another one means that it must be started anew to follow them. */
  fingerprint: z.string(),
  ports: z.record(z.string(), z.int()),
});

export type PidFile = z.infer<typeof pidFileSchema>;

/** What the last start left behind; `undefined` when there is nothing that can be read. */
export function readPidFile(path: string): PidFile | undefined {
  try {
    return pidFileSchema.safeParse(JSON.parse(readTextIfExists(path) ?? 'null')).data;
  } catch {
    return undefined;
  }
}

export function writePidFile(path: string, content: PidFile): void {
  writeAtomic(path, `${JSON.stringify(content)}\n`);
}

export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** Whether the process of a pid file still runs, and is that process. */
export function isRunning(file: PidFile): boolean {
  return isSameStart(file.start_time, file.pid);
}

/**
 * Every living process of this part in this stack, whether a pid file knows it or not. They are told by the settings
 * file on their command line, which lies in the stack's own directory.
 */
export function instancePids(part: Part, stackDir: string): readonly number[] {
  const { configFile, pidFile } = instanceFiles(part, stackDir);
  const known = readPidFile(pidFile);
  const pids = new Set(processesWithArgument(part.configArgument(configFile)));
  if (known && isRunning(known)) pids.add(known.pid);
  return [...pids];
}

/** Opens the log for appending; the child and our marks share it. */
export function openLog(path: string): number {
  if (sizeOf(path) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', PRIVATE_FILE);
}

/** The last line that tells of an error since the part was last started or got ready; one safe line. */
export function lastError(logFile: string): string | undefined {
  const line = currentLines(logFile).findLast((text) =>
    /\blevel=(error|fatal)\b|\t(error|fatal)\t|^Error: |^panic: /.test(text),
  );
  return line && oneSafeLine(line);
}

/** What a part that ended said last: an error if it told one, else whatever stands at the end. */
export function lastWords(logFile: string): string | undefined {
  const line = currentLines(logFile).findLast((text) => text !== '' && !text.startsWith(LOG_MARK));
  return lastError(logFile) ?? (line && oneSafeLine(line));
}

function currentLines(logFile: string): readonly string[] {
  if (sizeOf(logFile) === 0) return [];
  const fd = openSync(logFile, 'r');
  try {
    const tail = readAt(fd, Math.max(0, sizeOfFd(fd) - LOG_TAIL_BYTES), LOG_TAIL_BYTES).toString('utf8');
    return tail.slice(Math.max(0, tail.lastIndexOf(LOG_MARK))).split('\n');
  } finally {
    closeSync(fd);
  }
}

function oneSafeLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, MAX_ERROR_CHARS);
}
