import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { takeLeaderLock } from '../../src/forwarder/lock.ts';
import type { Paths } from '../../src/platform/paths.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { emptySpool } from '../helpers/empty-spool.ts';
import { temporaryHome } from '../helpers/temporary-home.ts';

/** Long enough for many looks at the spool. */
const LOOKING_MILLIS = 500;

let home: string;
let paths: Paths;
beforeEach(() => {
  ({ home, paths } = temporaryHome());
});

function spoolEvent(): string {
  const [name = ''] = spoolEvents(paths.queueDir, { project: home, count: 1 });
  return join(paths.queueDir, name);
}

function noteLoss(): string {
  const path = join(paths.lostDir, `write1.${crypto.randomUUID()}`);
  writeFileSync(path, '', { mode: 0o600 });
  return path;
}

describe('a forwarder that shall empty the spool once', () => {
  it.each([
    ['an event', spoolEvent],
    ['the mark of a loss', noteLoss],
  ])('waits while another one leads, until that one has taken %s', async (_what, leave) => {
    const file = leave();
    const lock = takeLeaderLock(paths.lockFile, 0);
    if (!lock) throw new Error('nobody else leads');
    try {
      let returned = false;
      const end = emptySpool(paths).then(() => (returned = true));
      await sleep(LOOKING_MILLIS);
      expect(returned).toBe(false);
      rmSync(file);
      await end;
    } finally {
      lock.release();
    }
  });
});
