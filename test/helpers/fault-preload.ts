/**
 * Loaded before a program (`node --import`): at the n-th operation on the disk below a directory the program is killed,
 * or the operation fails with an error number, as a disk would, or is only told. Nothing of the program is changed for it.
 *
 * `ATEL_TEST_FAULT` holds a `Fault` as JSON. What happened is told in one line on file descriptor 2.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import * as z from 'zod';

const faultSchema = z.strictObject({
  /** Operations elsewhere are not counted. */
  below: z.string(),
  /** 1 is the first. */
  at: z.int().min(1),
  /** How many in a row; a kill needs one. */
  times: z.int().min(1).default(1),
  /** `kill` before it, `torn`: kill after half of it (a write, else as `kill`), `trace`, or an error number's name. */
  with: z.string(),
  /** Names of the functions of `node:fs` that count; default: those that change something. */
  only: z.array(z.string()).optional(),
});
export type Fault = z.input<typeof faultSchema>;

const CHANGING = [
  'openSync',
  'writeSync',
  'fsyncSync',
  'ftruncateSync',
  'renameSync',
  'unlinkSync',
  'linkSync',
  'mkdirSync',
  'rmSync',
  'writeFileSync',
  'appendFileSync',
];
const fault = faultSchema.parse(JSON.parse(process.env['ATEL_TEST_FAULT'] ?? ''));
const counted = fault.only ?? CHANGING;
const below = resolve(fault.below);
const files = new Map<number, string>();
const { writeSync, existsSync } = fs;
let count = 0;

/** The file an operation is about, by its first argument. */
function pathOf(target: unknown): string | undefined {
  if (typeof target === 'number') return files.get(target);
  const path = typeof target === 'string' ? resolve(target) : '';
  return path === below || path.startsWith(`${below}/`) ? path : undefined;
}

/** Opening a file to read it and making a directory that is there change nothing. */
function changes(name: string, path: string, args: readonly unknown[]): boolean {
  if (name === 'mkdirSync') return !existsSync(path);
  if (name !== 'openSync' || fault.only) return true;
  const flags = args[1] ?? 'r';
  return typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) > 0
    : flags !== 'r';
}

function strike(name: string, path: string, args: readonly unknown[]): void {
  writeSync(2, `fault ${fault.with} at ${count}: ${name} ${path.slice(below.length)}\n`);
  if (fault.with === 'trace') return;
  if (fault.with !== 'kill' && fault.with !== 'torn') {
    const error = new Error(`${fault.with}: injected, ${name} '${path}'`);
    throw Object.assign(error, { code: fault.with, syscall: name });
  }
  const [fd, data] = args;
  if (fault.with === 'torn' && name === 'writeSync' && typeof fd === 'number' && data instanceof Uint8Array)
    writeSync(fd, data, 0, Math.floor(data.length / 2));
  process.kill(process.pid, 'SIGKILL');
}

function wrap<Args extends unknown[], Result>(
  name: string,
  original: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const path = pathOf(args[0]);
    if (path !== undefined && counted.includes(name) && changes(name, path, args)) {
      count++;
      if (count >= fault.at && count < fault.at + fault.times) strike(name, path, args);
    }
    const result = original(...args);
    if (name === 'openSync' && path !== undefined && typeof result === 'number') files.set(result, path);
    if (name === 'closeSync' && typeof args[0] === 'number') files.delete(args[0]);
    return result;
  };
}

for (const name of new Set([...counted, 'openSync', 'closeSync'])) {
  const original: unknown = Reflect.get(fs, name);
  if (typeof original !== 'function') throw new Error(`node:fs has no ${name}`);
  Reflect.set(
    fs,
    name,
    wrap(name, (...args: unknown[]): unknown => Reflect.apply(original, fs, args)),
  );
}
syncBuiltinESMExports();
