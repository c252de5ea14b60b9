import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { openSpool, type Spool } from '../../src/spool/spool.ts';

let home: string;
let paths: Paths;
let spool: Spool;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
  spool = openSpool(paths);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const drop = (name: string, ageSeconds = 0, cut = 0): void => {
  const bytes = formatDropFile(
    { event: 'Stop', installation: 's', name, values: {} },
    Buffer.from('{"a":1}'),
  );
  const path = join(paths.queueDir, name);
  writeFileSync(path, bytes.subarray(0, bytes.length - cut));
  const at = Date.now() / 1000 - ageSeconds;
  utimesSync(path, at, at);
};
const kinds = (): Record<string, string> =>
  Object.fromEntries(spool.scan().map((entry) => [entry.name, spool.read(entry, Date.now()).kind]));

describe('the spool', () => {
  it('lists events by the time they were captured', () => {
    drop('late', 1);
    drop('early', 100);
    expect(spool.scan().map((entry) => entry.name)).toEqual(['early', 'late']);
  });

  it('does not list an empty queue again before it changes', () => {
    utimesSync(paths.queueDir, 1_000_000_000, 1_000_000_000);
    expect(spool.scan()).toEqual([]);
    drop('hidden-by-its-directory');
    utimesSync(paths.queueDir, 1_000_000_000, 1_000_000_000);
    expect(spool.scan()).toEqual([]);
    drop('next');
    expect(Object.keys(kinds())).toEqual(['hidden-by-its-directory', 'next']);
  });

  it('lists an empty queue again after ten seconds, since a network file system may tell of a change late', () => {
    utimesSync(paths.queueDir, 1_000_000_000, 1_000_000_000);
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      expect(spool.scan()).toEqual([]);
      drop('told-late');
      utimesSync(paths.queueDir, 1_000_000_000, 1_000_000_000);
      vi.advanceTimersByTime(9_999);
      expect(spool.scan()).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(Object.keys(kinds())).toEqual(['told-late']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('lists a queue again whose last change may have been followed by another one with the same time', () => {
    const young = new Date(Date.now() - 1_000);
    utimesSync(paths.queueDir, young, young);
    expect(spool.scan()).toEqual([]);
    drop('a');
    utimesSync(paths.queueDir, young, young);
    expect(Object.keys(kinds())).toEqual(['a']);
  });

  it('waits ten seconds for a file that is still being written, and takes an older one as it is', () => {
    drop('whole');
    drop('cut', 0, 3);
    const readAfter = (millis: number): Record<string, string> =>
      Object.fromEntries(
        spool.scan().map((entry) => {
          const modified = Number(entry.mtimeNanos / 1_000_000n);
          return [entry.name, spool.read(entry, modified + millis).kind];
        }),
      );
    for (const millis of [0, 9_999, -9_999])
      expect(readAfter(millis)).toEqual({ whole: 'complete', cut: 'unfinished' });
    for (const millis of [10_000, -10_000, -3_600_000])
      expect(readAfter(millis)).toEqual({ whole: 'complete', cut: 'torn' });
  });

  it('leaves a file that was written to since it was listed for the next listing, with the id it has then', () => {
    drop('grown', 5);
    const [listed] = spool.scan();
    drop('grown', 1);
    expect(listed && spool.read(listed, Date.now()).kind).toBe('unfinished');
    expect(kinds()).toEqual({ grown: 'complete' });
  });

  it('tells foreign files from events when listing', () => {
    drop('real');
    symlinkSync('/etc/passwd', join(paths.queueDir, 'symlink'));
    expect(
      Object.fromEntries(spool.scan().map(({ name, foreign }) => [name, foreign !== undefined])),
    ).toEqual({
      real: false,
      symlink: true,
    });
  });

  it('never opens what is not a private regular file', () => {
    drop('real');
    linkSync(join(paths.queueDir, 'real'), join(paths.queueDir, 'linked'));
    symlinkSync('/etc/passwd', join(paths.queueDir, 'symlink'));
    mkdirSync(join(paths.queueDir, 'directory'));
    execFileSync('mkfifo', [join(paths.queueDir, 'fifo')]);
    expect(kinds()).toEqual({
      real: 'foreign',
      linked: 'foreign',
      symlink: 'foreign',
      directory: 'foreign',
      fifo: 'foreign',
    });
  });

  it.each([
    ['a link', (path: string) => symlinkSync(join(home, 'secret'), path)],
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a second name of another file', (path: string) => linkSync(join(home, 'secret'), path)],
  ])('does not take %s that has come in place of a listed file for the event', (_what, put) => {
    writeFileSync(join(home, 'secret'), 'secret');
    drop('listed');
    const [listed] = spool.scan();
    rmSync(join(paths.queueDir, 'listed'));
    put(join(paths.queueDir, 'listed'));
    expect(listed && spool.read(listed, Date.now()).kind).toBe('foreign');
  });

  it('finds that a listed file has gone', () => {
    drop('listed');
    const [listed] = spool.scan();
    rmSync(join(paths.queueDir, 'listed'));
    expect(listed && spool.read(listed, Date.now()).kind).toBe('gone');
  });

  it.runIf(process.getuid?.() === 0)('never opens the file of another user', () => {
    drop('theirs');
    chownSync(join(paths.queueDir, 'theirs'), 4711, 4711);
    expect(kinds()).toEqual({ theirs: 'foreign' });
  });

  it.runIf(existsSync('/proc/self/fd'))('leaves no file open, whatever it was', () => {
    drop('whole');
    drop('cut', 60, 3);
    const [, whole] = spool.scan();
    drop('whole', 1);
    const before = readdirSync('/proc/self/fd').length;
    expect(whole && spool.read(whole, Date.now()).kind).toBe('unfinished');
    expect(kinds()).toEqual({ cut: 'torn', whole: 'complete' });
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('is content when what is to be removed has gone already', () => {
    drop('here');
    spool.remove(['gone', 'here']);
    expect(readdirSync(paths.queueDir)).toEqual([]);
  });

  it('moves what cannot be understood aside', () => {
    drop('odd');
    spool.quarantine('odd');
    expect(readdirSync(paths.queueDir)).toEqual([]);
    expect(readdirSync(paths.quarantineDir)).toEqual(['odd']);
  });

  it('reads loss marks from both places and removes them', () => {
    mkdirSync(paths.fallbackLostDir, { mode: 0o700 });
    writeFileSync(join(paths.lostDir, 'write1.abc'), '');
    writeFileSync(join(paths.fallbackLostDir, 'nospool.12.34.0'), '');
    // Not ours, so that they stay where they are.
    symlinkSync('/etc/passwd', join(paths.lostDir, 'write1.link'));
    for (const name of ['.hidden', 'noreason']) writeFileSync(join(paths.lostDir, name), '');
    const losses = spool.losses();
    expect(losses.map(({ why, name }) => [why, name])).toEqual([
      ['write1', 'abc'],
      ['nospool', '12.34.0'],
    ]);
    spool.removeLosses(losses);
    expect(spool.losses()).toEqual([]);
    expect(readdirSync(paths.lostDir).toSorted()).toEqual(['.hidden', 'noreason', 'write1.link']);
  });

  it.each([0o755, 0o750])('refuses directories that others may enter (mode %o)', (mode) => {
    chmodSync(paths.queueDir, mode);
    const said = `spool/q: is open to other users (mode ${mode.toString(8)}); chmod 700`;
    expect(() => openSpool(paths)).toThrow(said);
  });

  it.runIf(process.getuid?.() === 0)('refuses directories of another user', () => {
    chownSync(paths.queueDir, 4711, 4711);
    expect(() => openSpool(paths)).toThrow(/spool\/q: belongs to uid 4711, not to you; chown it to uid 0/);
  });

  it('refuses directories where everybody may put another in their place, but for one like /tmp', () => {
    chmodSync(paths.spoolDir, 0o777);
    expect(() => openSpool(paths)).toThrow(/spool: is open to other users/);
    chmodSync(paths.spoolDir, 0o700);
    const parent = dirname(paths.dataDir);
    chmodSync(parent, 0o777);
    expect(() => openSpool(paths)).toThrow(`${parent}: can be changed by every user (mode 777); chmod o-w`);
    chmodSync(parent, 0o1777);
    expect(openSpool(paths).scan()).toEqual([]);
  });
});
