/** Memory that must not wait for V8 to look for it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects all garbage now (20 to 50 ms). V8 waits until it has grown to a multiple of what lives, and with nothing to
 * do it waits for ever.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
