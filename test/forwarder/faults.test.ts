/** Each fault alone, on the running forwarder and on the hook: what waits is not lost, what is lost is told. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { formatPidFile, livePidFile, startTimeOf } from '../../src/platform/processes.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { createHookFixture, type HookFixture } from '../capture/hook-fixture.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import type { Fault } from '../helpers/fault-preload.ts';
import { type ForwardChild, type ForwardRun, startForward } from '../helpers/forward-child.ts';
import { verdictOf } from '../journal/support.ts';

/** Longer than the forwarder waits for the end of an unfinished file. */
const PATIENCE_MILLIS = 18_000;

let at: HookFixture;
let children: ForwardChild[] = [];
let mounted = false;
beforeEach(() => {
  at = createHookFixture();
  at.mark();
});
afterEach(async () => {
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.map(({ ended }) => ended));
  children = [];
  if (mounted) execFileSync('umount', [at.paths.dataDir]);
  mounted = false;
  at.remove();
});

async function eventually(about: string, what: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MILLIS;
  while (!what()) {
    const said = children.map((child) => child.stderr()).join('');
    if (performance.now() > end) throw new Error(`did not come true in time: ${about}; ${said}`);
    await sleep(25);
  }
}

function start(
  fault?: Omit<Fault, 'below'>,
  { once = false, below = at.paths.dataDir }: { readonly once?: boolean; readonly below?: string } = {},
): ForwardChild {
  const env = { XDG_RUNTIME_DIR: at.root };
  const child = startForward({ home: at.home, once, env, ...(fault && { fault: { below, ...fault } }) });
  children.push(child);
  return child;
}

async function lead(fault?: Omit<Fault, 'below'>): Promise<ForwardChild> {
  const child = start(fault);
  await eventually('it leads', () => livePidFile(at.paths.pidFile)?.pid === child.process.pid);
  return child;
}

function forwardOnce(): Promise<ForwardRun> {
  return start(undefined, { once: true }).ended;
}

const spool = (count = 1): readonly string[] =>
  spoolEvents(at.paths.queueDir, { project: at.project, count });

/** The hook, as silent as it must be under every fault. */
function hook(): void {
  const input = JSON.stringify({ hook_event_name: 'PostToolUse', session_id: 's', cwd: at.project });
  const run = at.run({ input });
  expect([run.status, run.stdout.toString(), run.stderr.toString()]).toEqual([0, '', '']);
}

function records(): readonly AtelRecord[] {
  return [...readJournal(at.paths.journalDir)].flatMap(({ line }) => parseRecord(line) ?? []);
}
const events = (): readonly AtelRecord[] => records().filter((each) => each.hook_event !== 'Audit');
const own = (kind: string): readonly AtelRecord[] =>
  records().filter((each) => each.action_details?.kind === kind);

/** Waits until these and no others are journaled, each once. */
async function journaled(ids: readonly string[], others = 0): Promise<void> {
  await eventually('the spool is empty', () => readdirSync(at.paths.queueDir).length === 0);
  const found = events().map(({ id }) => id);
  expect(found.filter((id) => ids.includes(id)).toSorted()).toEqual([...ids].toSorted());
  expect(found.length).toBe(ids.length + others);
  expect(verdictOf(at.paths.journalDir)).toMatchObject({ verdict: 'intact', head: 'ok' });
}

const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

/** Puts the data directory on a file system of its own. */
function mount(size: string, options = 'nr_inodes=0'): void {
  const { dataDir } = at.paths;
  const aside = `${dataDir} aside`;
  renameSync(dataDir, aside);
  mkdirSync(dataDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700,${options}`, 'tmpfs', dataDir]);
  mounted = true;
  execFileSync('cp', ['-a', `${aside}/.`, dataDir]);
}

describe.skipIf(!mayMount)('a file system (mounting needs root)', () => {
  it('that is full: hooks stay silent, what they lost is told, and the forwarder goes on when there is room', async () => {
    mount('2m');
    await lead();
    const ids = [...spool(3)];
    await journaled(ids);
    const filler = join(at.paths.dataDir, 'filler');
    ids.push(...spool(3));
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
    for (let n = 0; n < 5; n++) hook();
    await eventually('it has met the full disk', () => children[0]?.stderr().includes('ENOSPC') === true);
    expect(at.lost().map((name) => name.split('.')[0])).toEqual(Array(5).fill('write1'));
    rmSync(filler);
    await eventually('all are told', () => own('loss').length === 5);
    // Of each lost event there is an empty file, which is told as torn when nobody can be writing it any more.
    await journaled(ids, 5);
    expect(events().filter(({ audit }) => audit.commit === 'torn').length).toBe(5);
    expect(at.lost()).toEqual([]);
  });

  it('that has room but no file left: hooks stay silent, and what they lost is told when there is one', async () => {
    mount('8m', 'nr_inodes=100');
    const ids = [...spool(2)];
    const filler = join(at.paths.dataDir, 'filler');
    mkdirSync(filler);
    spawnSync('sh', ['-c', 'i=0; while : >"$0/$i"; do i=$((i + 1)); done', filler]);
    for (let n = 0; n < 3; n++) hook();
    expect(at.lost().map((name) => name.split('.')[0])).toEqual(
      Array(3).fill(expect.stringMatching(/^open\d$/)),
    );
    expect(readdirSync(at.paths.queueDir).length).toBe(ids.length);
    rmSync(filler, { recursive: true });
    expect(await forwardOnce()).toMatchObject({ exitCode: 0, stderr: '' });
    await journaled(ids);
    expect(own('loss').length).toBe(3);
    expect(at.lost()).toEqual([]);
  });

  it('that is read-only: hooks stay silent, and what they lost is told by the next forwarder', async () => {
    mount('8m');
    const ids = [...spool(2)];
    execFileSync('mount', ['-o', 'remount,ro', at.paths.dataDir]);
    for (let n = 0; n < 3; n++) hook();
    expect(at.lost().length).toBe(3);
    expect(await forwardOnce()).toMatchObject({
      exitCode: expect.any(Number),
      signal: null,
      stderr: expect.stringMatching(/./),
    });
    execFileSync('mount', ['-o', 'remount,rw', at.paths.dataDir]);
    expect(await forwardOnce()).toMatchObject({ exitCode: 0, stderr: '' });
    await journaled(ids);
    expect(own('loss').length).toBe(3);
    expect(at.lost()).toEqual([]);
  });
});

describe('a running forwarder', () => {
  // Errors that only a broken disk gives are injected at its calls of `node:fs`.
  it.each([
    ['the journal cannot be written', { with: 'EIO', at: 4, times: 3, only: ['fsyncSync'] }],
    ['the disk is full', { with: 'ENOSPC', at: 6, times: 3, only: ['writeSync'] }],
    ['the file system turns read-only', { with: 'EROFS', at: 2, times: 2, only: ['renameSync'] }],
    ['it has no file left to open', { with: 'EMFILE', at: 12, times: 3, only: ['openSync'] }],
    ['the spool cannot be listed', { with: 'EMFILE', at: 3, times: 2, only: ['readdirSync'] }],
    ['spool files cannot be removed', { with: 'EACCES', at: 1, times: 2, only: ['unlinkSync'] }],
  ])('goes on by itself when for a while %s', async (_, fault) => {
    const ids = [...spool(3)];
    const child = start(fault);
    await eventually('the fault is over', () => child.stderr().split('injected').length > fault.times / 2);
    ids.push(...spool(3));
    await eventually('all are journaled', () => events().length >= ids.length);
    await journaled(ids);
    expect(child.process.exitCode).toBe(null);
  });

  it('works without watching files, where the kernel has no watch left', async () => {
    await lead({ with: 'EMFILE', at: 1, times: 1000, only: ['watch'] });
    await journaled(spool(3));
  });

  it('takes all other events when one file cannot be read, tells it, and takes it when it can', async () => {
    const ids = spool(4);
    const fault = { with: 'EIO', at: 3, times: 1, only: ['readSync'] };
    const child = start(fault, { below: at.paths.queueDir });
    await journaled(ids);
    const unread = ids.find((id) => child.stderr().includes(`fault EIO at 3: readSync /${id}`));
    expect(
      own('foreign_file').map(({ action_details: details }) => [details?.['why'], details?.['file']]),
    ).toEqual([['EIO', unread]]);
  });

  it('makes its spool anew when that was removed, and tells what hooks lost meanwhile', async () => {
    await lead();
    const ids = [...spool(2)];
    await journaled(ids);
    rmSync(at.paths.spoolDir, { recursive: true });
    hook();
    hook();
    expect(at.lost().length).toBe(2);
    await eventually('the spool is there', () => existsSync(at.paths.queueDir));
    hook();
    await eventually('the losses are told', () => own('loss').length === 2);
    ids.push(...spool(2));
    await eventually('all are journaled', () => events().length === ids.length + 1);
    await journaled(ids, 1);
  });

  it('leaves when the data directory is removed, and does not bring it back', async () => {
    const child = await lead();
    await journaled(spool(2));
    rmSync(at.paths.dataDir, { recursive: true });
    expect(await child.ended).toMatchObject({ exitCode: 0, signal: null });
    expect(existsSync(at.paths.dataDir)).toBe(false);
  });

  it('leaves to another one when the data directory was removed and made anew', async () => {
    const child = await lead();
    await journaled(spool(2));
    rmSync(at.paths.dataDir, { recursive: true });
    openSpool(at.paths);
    const ids = spool(2);
    const second = await lead();
    expect(await child.ended).toMatchObject({ exitCode: 0, signal: null });
    await journaled(ids);
    expect(livePidFile(at.paths.pidFile)?.pid).toBe(second.process.pid);
  });

  it('takes events of any time, and torn ones of the future at once', async () => {
    const ids = spool(4);
    for (const [index, hours] of [-100_000, -1, 1, 100_000].entries()) {
      const time = Date.now() / 1000 + hours * 3600;
      utimesSync(join(at.paths.queueDir, ids[index] ?? ''), time, time);
    }
    const torn = join(at.paths.queueDir, 'torn');
    writeFileSync(torn, 'atel-spool/1 Stop', { mode: 0o600 });
    utimesSync(torn, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
    await lead();
    await journaled(ids, 1);
  });
});

describe('several forwarders', () => {
  it('started at once agree on one leader, and every event is journaled once', async () => {
    const ids = spool(50);
    for (let n = 0; n < 4; n++) start();
    await journaled(ids);
    const leader = livePidFile(at.paths.pidFile)?.pid;
    const others = children.filter((child) => child.process.pid !== leader);
    expect(others.length).toBe(3);
    for (const { ended } of others) expect(await ended).toMatchObject({ exitCode: 0, signal: null });
    expect(own('forwarder_start').map((each) => each.action_details?.['pid'])).toEqual([leader]);
  });

  it('do not fork the journal when the leader is stopped for a while', async () => {
    const leader = await lead();
    leader.process.kill('SIGSTOP');
    const ids = spool(20);
    const second = start();
    expect(await second.ended).toMatchObject({ exitCode: 0 });
    expect(second.stderr()).toContain(`another forwarder runs (pid ${leader.process.pid})`);
    leader.process.kill('SIGCONT');
    await journaled(ids);
    expect(new Set(records().map(({ audit }) => audit.stream)).size).toBe(1);
  });

  it('are not kept away by a pid file of a process that has its number from an earlier boot', async () => {
    for (const stale of [`${process.pid}\n1\n`, `${process.ppid}\n99999999999\n`, '4194304\n1\n']) {
      writeFileSync(at.paths.pidFile, stale);
      const child = await lead();
      await journaled(spool(1), events().length);
      expect(formatPidFile(child.process.pid ?? 0)).not.toBe(stale);
      child.process.kill('SIGKILL');
      await child.ended;
      expect(startTimeOf(child.process.pid ?? 0)).toBeUndefined();
    }
  });
});
