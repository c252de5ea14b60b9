/** The forwarder in the background, as the hook’s launcher starts it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { livePidFile, startTimeOf } from '../../src/platform/processes.ts';
import { eventually } from '../helpers/atel.ts';
import { endProcesses } from '../helpers/processes.ts';

const LAUNCHER = fileURLToPath(new URL('../../src/forwarder/launch.ts', import.meta.url));
const HAS_LIMITS = existsSync('/proc/self/limits');

let home: string;
let paths: Paths;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
});
afterEach(async () => {
  await endProcesses(home);
  rmSync(home, { recursive: true, force: true });
});

it.runIf(HAS_LIMITS)('leaves no core file when it crashes, whatever limit the client has', async () => {
  const launch = 'ulimit -c "$(ulimit -H -c)"; ulimit -c; exec "$@"';
  const { stdout } = spawnSync('/bin/sh', ['-c', launch, 'sh', process.execPath, LAUNCHER], {
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  });
  // Else there would be no core file anyway.
  expect(stdout).toBe('unlimited\n');
  await eventually('it leads', () => livePidFile(paths.pidFile) !== undefined);
  const pid = livePidFile(paths.pidFile)?.pid ?? 0;
  expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
  const before = readdirSync(paths.dataDir).toSorted();
  process.kill(pid, 'SIGABRT');
  await eventually('it has crashed', () => startTimeOf(pid) === undefined);
  expect(readdirSync(paths.dataDir).toSorted()).toEqual(before);
});
