/** Pid files: which process they mean, over restarts of the machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatPidFile, livePidFile, startTimeOf } from '../../src/platform/processes.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-pid-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function live(content: string): number | undefined {
  const path = join(dir, 'pid');
  writeFileSync(path, content);
  return livePidFile(path)?.pid;
}

describe('a pid file', () => {
  const own = String(process.pid);

  it('means the process that wrote it', () => {
    expect(live(formatPidFile(process.pid))).toBe(process.pid);
    expect(live(`${own}\n`)).toBe(process.pid);
    expect(live(`${own}\nanother time\n`)).toBeUndefined();
  });

  it.skipIf(process.platform !== 'linux')(
    'means no process of another boot that has its pid and started at the same tick',
    () => {
      const [ticks = '', boot = ''] = startTimeOf(process.pid)?.split(' ') ?? [];
      expect(boot).toMatch(/^[0-9a-f-]{36}$/);
      expect(live(`${own}\n${ticks} 00000000-0000-4000-8000-000000000000\n`)).toBeUndefined();
      expect(live(`${own}\n${ticks}1 ${boot}\n`)).toBeUndefined();
    },
  );

  it.skipIf(process.platform !== 'linux')('of a release that did not know the boot is still read', () => {
    const [ticks = ''] = startTimeOf(process.pid)?.split(' ') ?? [];
    expect(live(`${own}\n${ticks}\n`)).toBe(process.pid);
    expect(live(`${own}\n1\n`)).toBeUndefined();
  });
});
