/** Whether a part answers, and the wait until it does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AtelError } from '../platform/errors.ts';
import { instanceFiles, lastWords } from './instance.ts';
import type { Part } from './parts.ts';
import type { Progress } from './progress.ts';
import type { StackSettings } from './settings.ts';

/** Loki reads its write-ahead log first, which after a month of chunks in memory takes a while. */
const READY_TIMEOUT_MILLIS = 300_000;
const READY_POLL_MILLIS = 100;
const READY_REQUEST_TIMEOUT_MILLIS = 2000;

/**
 * Waits until a started part answers.
 * @param lives whether its process is still there
 * @throws AtelError unreachable — it ended or did not get ready (names its log)
 */
export async function waitUntilReady(
  part: Part,
  settings: StackSettings,
  progress: Progress,
  lives: () => boolean,
): Promise<void> {
  const { logFile } = instanceFiles(part, settings.dir);
  const deadline = Date.now() + READY_TIMEOUT_MILLIS;
  while (!(await answers(part.readyUrl(settings.ports)))) {
    const problem = lives() ? (Date.now() > deadline ? 'is not ready yet' : undefined) : 'ended at once';
    if (problem !== undefined) {
      progress.done();
      const reason = lastWords(logFile);
      throw new AtelError('unreachable', `${part.title} ${problem}${reason ? `: ${reason}` : ''}`, {
        fix: `see ${logFile}`,
      });
    }
    progress.step(`${part.title}: waiting until it is ready`);
    await sleep(READY_POLL_MILLIS);
  }
  progress.done();
}

/** Whether a health address says 200 now. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READY_REQUEST_TIMEOUT_MILLIS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
