/** Tells that something may have come into a directory, sooner than the next look at it would. */
import { type FSWatcher, watch } from 'node:fs';
import { errnoOf } from '../platform/errors.ts';

export interface ChangeHint {
  /** Resolves when the directory changed, the time is up, or the signal is aborted. */
  wait(millis: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Watches the directory as well as can be: file watching may miss events and is only a hint. */
export function createChangeHint(dir: string): ChangeHint {
  let wake: () => void = () => undefined;
  let changed = false;
  const watcher = tryWatch(dir, () => {
    changed = true;
    wake();
  });
  watcher?.on('error', () => watcher.close());
  return {
    wait(millis, signal) {
      if (changed) {
        changed = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          changed = false;
          resolve();
        };
        const timer = setTimeout(done, millis);
        signal.addEventListener('abort', done, { once: true });
        wake = done;
      });
    },
    close: () => watcher?.close(),
  };
}

/** The kernel has few watches for all of a user's programs; without one there is still the scan. */
function tryWatch(dir: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(dir, onChange);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}
