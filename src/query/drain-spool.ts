/** Gives the forwarder a moment to journal what was captured just now, so that a view is up to date. */
import { setTimeout as sleep } from 'node:timers/promises';
import { entriesIn } from '../platform/files.ts';

const POLL_MILLIS = 20;
const MAX_WAIT_MILLIS = 1_000;

/**
 * Waits until the spool is empty, at most a second.
 * @param startForwarder called when something waits; it starts a forwarder unless one runs
 * @returns the events that are still there
 */
export async function drainSpool(queueDir: string, startForwarder: () => void): Promise<number> {
  let waiting = countEvents(queueDir);
  if (waiting > 0) startForwarder();
  for (const deadline = Date.now() + MAX_WAIT_MILLIS; waiting > 0 && Date.now() < deadline;) {
    await sleep(POLL_MILLIS);
    waiting = countEvents(queueDir);
  }
  return waiting;
}

function countEvents(directory: string): number {
  return entriesIn(directory).filter((entry) => entry.isFile()).length;
}
