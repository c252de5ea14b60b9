/** Brings the whole stack up and down: the order, and one at a time. */
import { join } from 'node:path';
import { makeDirs } from '../platform/files.ts';
import { type BuildDeps, ensurePart } from './build.ts';
import type { FoundPart } from './find.ts';
import { withLock } from './lock.ts';
import { type Part, PARTS } from './parts.ts';
import type { Progress } from './progress.ts';
import type { StackSettings } from './settings.ts';
import { startPart, type StartedPart } from './start.ts';
import { type StoppedPart, stopPart } from './stop.ts';
import { ensureToken } from './token.ts';

/** Longer than the longest start. */
const LOCK_WAIT_MILLIS = 6 * 60_000;

interface UpPart extends FoundPart, StartedPart {
  readonly part: Part;
}

export interface UpResult {
  readonly parts: readonly UpPart[];
  readonly token: string;
}

/**
 * Makes every part run, sinks first. Nothing is started before everything is found or built.
 * @throws AtelError unreachable — a part cannot be had or does not get ready · input — a port is taken
 */
export async function bringUp(settings: StackSettings, deps: BuildDeps): Promise<UpResult> {
  const found: (readonly [Part, FoundPart])[] = [];
  for (const part of PARTS) found.push([part, await ensurePart(part, deps)]);
  return alone(settings.dir, deps.progress, async () => {
    const token = ensureToken(settings.dir);
    const parts: UpPart[] = [];
    for (const [part, program] of found)
      parts.push({ part, ...program, ...(await startPart(part, program, settings, deps)) });
    return { parts, token };
  });
}

export interface DownPart extends StoppedPart {
  readonly part: Part;
}

/**
 * Stops every part, sources first. Data, logs and token stay.
 * @throws AtelError incomplete — a process or a port did not go away
 */
export async function bringDown(stackDir: string, progress: Progress): Promise<readonly DownPart[]> {
  return alone(stackDir, progress, async () => {
    const parts: DownPart[] = [];
    for (const part of PARTS.toReversed())
      parts.push({ part, ...(await stopPart(part, stackDir, progress)) });
    return parts;
  });
}

function alone<T>(stackDir: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  makeDirs(stackDir);
  const onWait = (): void => progress.step('waiting for another atel up or down');
  return withLock(join(stackDir, 'stack.lock'), { waitMillis: LOCK_WAIT_MILLIS, onWait }, work);
}
