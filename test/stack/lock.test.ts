import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeExclusiveLock } from '../../src/platform/exclusive-lock.ts';
import { withLock } from '../../src/stack/lock.ts';

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'atel-'));
  file = join(root, 'stack.lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the lock of the stack', () => {
  it('is free at once when the work is done, and when it failed', async () => {
    expect(await withLock(file, { waitMillis: 0 }, () => Promise.resolve('done'))).toBe('done');
    const failing = withLock(file, { waitMillis: 0 }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const lock = takeExclusiveLock(file, 0);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is waited for, and whoever waits hears of it', async () => {
    const lock = takeExclusiveLock(file, 0);
    const onWait = (): void => lock?.release();
    expect(await withLock(file, { waitMillis: 60_000, onWait }, () => Promise.resolve('done'))).toBe('done');
  });

  it('is not waited for without end', async () => {
    const lock = takeExclusiveLock(file, 0);
    await expect(withLock(file, { waitMillis: -1 }, () => Promise.resolve())).rejects.toMatchObject({
      kind: 'incomplete',
      message: `${file}: another atel has been at work here for too long; wait for it, or end it, and try again`,
    });
    lock?.release();
  });
});
