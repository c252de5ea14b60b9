/** Finds a part that is already there: on PATH, or built before into the cache. */
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Env } from '../platform/env.ts';
import { messageOf } from '../platform/errors.ts';
import { isExecutable } from '../platform/files.ts';
import { buildKey, type Part } from './parts.ts';
import type { StackSettings } from './settings.ts';

const run = promisify(execFile);
const CHECK_TIMEOUT_MILLIS = 20_000;

/** Enough for a settings file to be checked; nothing is opened or made. */
const CHECK_SETTINGS: StackSettings = {
  dir: '/nonexistent',
  lokiRetention: '0',
  ports: { otlp: 1, collectorHealth: 2, collectorMetrics: 3, loki: 4, lokiGrpc: 5 },
};

export interface FoundPart {
  readonly binary: string;
  readonly version: string;
  readonly from: 'PATH' | 'cache';
}

export type PartCheck =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly problem: string };

/** Where a build of these pins lies. */
export function cachedBinary(part: Part, cacheDir: string): string {
  return join(cacheDir, 'bin', `${part.name}-${buildKey(part)}`, part.name);
}

/** Whether a program is what we need: it says so, and it accepts our settings file. */
export async function checkPart(part: Part, binary: string): Promise<PartCheck> {
  const options = { timeout: CHECK_TIMEOUT_MILLIS, env: part.environment(CHECK_SETTINGS) };
  try {
    const { stdout } = await run(binary, ['--version'], options);
    const version = part.versionPattern.exec(stdout)?.[1];
    if (version === undefined) return { ok: false, problem: `is not ${part.title}` };
    await run(binary, [...part.checkArguments(join(part.home, part.config))], options);
    return { ok: true, version };
  } catch (error) {
    return { ok: false, problem: messageOf(error).trim().split('\n').at(-1) ?? 'does not run' };
  }
}

/**
 * The first usable program, PATH before cache.
 * @param onRefused told of each program that has the name but does not fit, and why
 */
export async function findPart(
  part: Part,
  where: { readonly cacheDir: string; readonly env: Env },
  onRefused: (binary: string, problem: string) => void = () => {},
): Promise<FoundPart | undefined> {
  const candidates: readonly (readonly [string, FoundPart['from']])[] = [
    ...part.programs.flatMap((name) => {
      const binary = findProgram(name, where.env);
      return binary ? [[binary, 'PATH'] as const] : [];
    }),
    [cachedBinary(part, where.cacheDir), 'cache'],
  ];
  for (const [binary, from] of candidates) {
    if (!isExecutable(binary)) continue;
    const check = await checkPart(part, binary);
    if (check.ok) return { binary, version: check.version, from };
    onRefused(binary, check.problem);
  }
  return undefined;
}

/** The absolute path of a program on PATH. Relative entries of PATH are skipped: they depend on who asks from where. */
export function findProgram(name: string, env: Env): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((entry) => entry.startsWith('/'))
    .map((entry) => join(entry, name))
    .find(isExecutable);
}
