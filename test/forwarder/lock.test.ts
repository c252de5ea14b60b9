import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLeaderLock } from '../../src/forwarder/lock.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  file = join(dir, 'lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the lock of the leader', () => {
  it('is one at a time, and free again when it is released', () => {
    const first = takeLeaderLock(file, 0);
    expect(takeLeaderLock(file, 0)).toBeUndefined();
    first?.release();
    const second = takeLeaderLock(file, 0);
    expect(second?.isHeld()).toBe(true);
    second?.release();
  });

  it('is held no more when its file was removed or replaced: somebody else may lead with another one', () => {
    const lock = takeLeaderLock(file, 0);
    renameSync(file, `${file} aside`);
    expect(lock?.isHeld()).toBe(false);
    writeFileSync(file, '');
    expect(lock?.isHeld()).toBe(false);
    lock?.release();
  });

  it('is a file of the user alone under any umask, which stays as it was', () => {
    const before = process.umask(0o022);
    try {
      takeLeaderLock(file, 0)?.release();
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(0o022);
    } finally {
      process.umask(before);
    }
  });
});
