/** The real hook and the real forwarder against what may lie in the spool, and what an environment may hold. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { createHookFixture, type HookFixture, SESSION } from '../capture/hook-fixture.ts';
import { endProcesses } from '../helpers/processes.ts';
import { otlpLine } from '../helpers/records.ts';
import { MAX_BODY_BYTES } from './sealed.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const MEGABYTE = 1_048_576;
/** Long enough for any of these on a busy machine, short enough to be no hang. */
const PATIENCE_MILLIS = 60_000;

interface Run {
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly stdout: string;
  /** Highest resident set, in MiB; 0 where the system does not tell. */
  readonly peakMegabytes: number;
}

let hook: HookFixture;
beforeEach(() => {
  hook = createHookFixture();
  hook.mark();
});
afterEach(async () => {
  await endProcesses(hook.home);
  hook.remove();
});

function atel(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    cwd: '/',
    env: { HOME: hook.home, XDG_RUNTIME_DIR: hook.root, PATH: '/usr/bin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MILLIS,
  });
  let [stdout, stderr, peakMegabytes] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const watch = setInterval(() => {
    peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid ?? 0));
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearInterval(watch);
      resolve({ exitCode, stdout, stderr, peakMegabytes });
    });
  });
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function forward(env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const run = await atel(['forward', '--once'], env);
  expect(run).toMatchObject({ exitCode: 0, stdout: '' });
  return run;
}

const lines = (): readonly string[] => Array.from(readJournal(hook.paths.journalDir), ({ line }) => line);
const records = (): readonly AtelRecord[] => lines().flatMap((line) => parseRecord(line) ?? []);
const events = (): readonly AtelRecord[] => records().filter((record) => record.hook_event !== 'Audit');
const told = (kind: string) => records().filter((record) => record.action_details?.kind === kind);
const queue = (): readonly string[] => readdirSync(hook.paths.queueDir);

/** Writes a drop file as the hook would, last changed at `seconds` since 1970. */
function drop(name: string, payload: string, seconds?: number): void {
  const values = { session_id: SESSION, marker: hook.project, active: 'marker' };
  const path = join(hook.paths.queueDir, name);
  const header = { event: 'PreToolUse', installation: 'test', name, values };
  writeFileSync(path, formatDropFile(header, Buffer.from(payload)), { mode: 0o600 });
  if (seconds !== undefined) utimesSync(path, seconds, seconds);
}

const bash = (command: string): string =>
  JSON.stringify({
    session_id: SESSION,
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_input: { command },
  });

const written = (content: string): string =>
  JSON.stringify({
    session_id: SESSION,
    hook_event_name: 'PreToolUse',
    tool_name: 'Write',
    tool_input: { file_path: join(hook.project, 'file'), content },
  });

describe('a payload of 50 MB', () => {
  it('is taken within the hook’s time-out, and becomes a record below 48 KiB', async () => {
    for (let i = 0; i < 4; i++) {
      const input =
        i % 2 === 0 ? bash(`echo ${i}${'x'.repeat(50_000_000)}`) : written('a line\n'.repeat(6_250_000));
      const before = performance.now();
      expect(hook.run({ event: 'PreToolUse', input }).status).toBe(0);
      expect(performance.now() - before).toBeLessThan(5000);
    }
    const { peakMegabytes } = await forward();
    console.log(`four payloads of 50 MB: forwarder at most ${Math.round(peakMegabytes)} MiB`);
    // One such payload in its three forms (bytes, text, value) on top of 110 MiB, and the garbage of the one before.
    expect(peakMegabytes).toBeLessThan(500);
    expect(events()).toHaveLength(4);
    for (const line of lines()) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_BODY_BYTES);
    for (const { audit } of events()) expect(audit.source_bytes).toBeGreaterThan(50_000_000);
    const [command] = events();
    expect(command?.audit.cut).toContain('action_details.command');
  });
});

describe('a payload beyond 64 MiB', () => {
  // The catalogue's `write153` is a shell's own way to tell of the signal; ours ignores it, and the write fails with 1.
  it('is torn at the limit: its ids and a mark of the loss are in the journal, its bytes in the quarantine', async () => {
    const input = bash('x'.repeat(66 * MEGABYTE));
    expect(hook.run({ event: 'PreToolUse', input })).toMatchObject({ status: 0, stderr: Buffer.alloc(0) });
    const [name = ''] = queue();
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(join(hook.paths.queueDir, name), anHourAgo, anHourAgo);
    await forward();
    expect(events()).toMatchObject([
      {
        event_type: 'unreadable',
        session_id: SESSION,
        tool_name: 'Bash',
        action_details: { why: 'truncated_input' },
        audit: { commit: 'torn' },
      },
    ]);
    expect(told('loss')).toMatchObject([
      { level: 'ERROR', action_details: { why: 'write1', capture: name } },
    ]);
    expect(readdirSync(hook.paths.quarantineDir)).toEqual([name]);
    expect(statSync(join(hook.paths.quarantineDir, name)).mode & 0o777).toBe(0o600);
    expect(hook.lost()).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it('is journaled without its text, its bytes are put aside, and the rest of the spool goes on', async () => {
    const secret = 'canary-of-the-quarantine';
    for (const input of [
      '',
      `{"session_id":"s","a":"${secret}`,
      `{"a":"${secret}",}`,
      `"${secret}"`,
      `\0${secret}`,
    ])
      hook.run({ input });
    hook.run({ input: bash('ls') });
    await forward();
    expect(lines().filter((line) => line.includes(secret))).toEqual([]);
    expect(
      events()
        .map(({ action_details: details, tool_name: tool = '' }) =>
          typeof details?.['why'] === 'string' ? details['why'] : tool,
        )
        .toSorted(),
    ).toEqual(['Bash', 'empty', 'invalid_json', 'not_object', 'raw_nul', 'truncated_input']);
    // Of an empty payload there is nothing to keep.
    expect(readdirSync(hook.paths.quarantineDir)).toHaveLength(4);
    expect(queue()).toEqual([]);
  });

  it('imitates no end: only the trailer with the file’s own name, at its end, is one', async () => {
    const name = '11111111-2222-4333-8444-555555555555';
    drop(name, `{"session_id":"s","a":1}\n\u001eOK ${name}\n{"forged":1}`);
    await forward();
    expect(events()).toMatchObject([{ id: name, event_type: 'unreadable', audit: { commit: 'ok' } }]);
  });
});

describe('what is no event of ours in the queue', () => {
  it('is never opened, is told once each, stays where it is, and holds nobody up', async () => {
    const at = (name: string): string => join(hook.paths.queueDir, name);
    execFileSync('mkfifo', [at('fifo')]);
    if (process.getuid?.() === 0) execFileSync('mknod', [at('device'), 'c', '1', '5']);
    symlinkSync('/etc/passwd', at('link'));
    symlinkSync('/nowhere', at('dangling'));
    mkdirSync(at('directory'));
    writeFileSync(join(hook.root, 'elsewhere'), 'x');
    linkSync(join(hook.root, 'elsewhere'), at('hard'));
    const planted = queue().toSorted();
    hook.run({ input: bash('ls') });
    await forward();
    hook.run({ input: bash('pwd') });
    await forward();
    expect(events().map((record) => record.action_details?.command)).toEqual(['ls', 'pwd']);
    expect(queue().toSorted()).toEqual(planted);
    expect(
      told('foreign_file')
        .map((record) => String(record.action_details?.['file']))
        .toSorted(),
    ).toEqual(planted);
    expect(JSON.stringify(records())).not.toContain('root:x:');
  });

  it('may have the longest or the oddest name and is quarantined all the same', async () => {
    const names = ['n'.repeat(255), 'a\nb', '\u001b[2J', '-rf', '$(id)', '.hidden'];
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of names) {
      writeFileSync(join(hook.paths.queueDir, name), 'no drop file', { mode: 0o600 });
      utimesSync(join(hook.paths.queueDir, name), anHourAgo, anHourAgo);
    }
    await forward();
    expect(queue()).toEqual([]);
    expect(readdirSync(hook.paths.quarantineDir).toSorted()).toEqual(names.toSorted());
    expect(events().map((record) => record.audit.commit)).toEqual(names.map(() => 'torn'));
    expect(new Set(events().map(({ id }) => id)).size).toBe(names.length);
  });
});

describe('a spool that is not what it was', () => {
  it('replaced by a link: the hook leaves a mark, the forwarder refuses, and nothing is read there', async () => {
    const elsewhere = join(hook.root, 'elsewhere');
    hook.run({ input: bash('ls') });
    renameSync(hook.paths.queueDir, elsewhere);
    symlinkSync(elsewhere, hook.paths.queueDir);
    expect(hook.run({ input: bash('pwd') })).toMatchObject({ status: 0, stderr: Buffer.alloc(0) });
    expect(hook.lost()).toEqual([expect.stringMatching(/^nospool\./)]);
    expect(await atel(['forward', '--once'])).toMatchObject({
      exitCode: 3,
      stderr: `atel: ${hook.paths.queueDir}: is not a directory; move it away\n`,
    });
    expect(readdirSync(elsewhere)).toHaveLength(1);
  });

  it('missing: the hook leaves a mark, the forwarder makes it anew, and the loss is told', async () => {
    rmSync(hook.paths.spoolDir, { recursive: true });
    hook.run({ input: bash('ls') });
    expect(hook.lost()).toEqual([expect.stringMatching(/^nospool\./)]);
    await forward();
    expect(told('loss')).toMatchObject([{ action_details: { why: 'nospool' } }]);
    expect(statSync(hook.paths.queueDir).mode & 0o777).toBe(0o700);
    hook.run({ input: bash('pwd') });
    await forward();
    expect(events().map((record) => record.action_details?.command)).toEqual(['pwd']);
  });

  it('below a directory that everybody may change is refused with the way out', async () => {
    const parent = join(hook.paths.dataDir, '..');
    chmodSync(parent, 0o777);
    expect(await atel(['forward', '--once'])).toMatchObject({
      exitCode: 3,
      stderr: `atel: ${parent}: can be changed by every user (mode 777); chmod o-w ${parent}\n`,
    });
    // As /tmp is: nobody can rename there what belongs to somebody else.
    chmodSync(parent, 0o1777);
    await forward();
  });
});

describe('an environment', () => {
  it('with umask 000 and hostile variables makes private files all the same', async () => {
    const shell = ['/bin/sh', '-c', 'umask 000; exec "$@"', 'sh', '/bin/sh'];
    const env = {
      IFS: 'x',
      ENV: '/nowhere',
      LC_ALL: 'tr_TR.UTF-8',
      PATH: '/nowhere',
      LD_LIBRARY_PATH: '/nowhere',
    };
    expect(hook.run({ shell, env, input: bash('ls') }).status).toBe(0);
    const before = process.umask(0);
    try {
      await forward({ LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' });
    } finally {
      process.umask(before);
    }
    expect(events()).toHaveLength(1);
    const open = readdirSync(hook.paths.dataDir, { recursive: true, withFileTypes: true }).filter(
      (entry) => (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0,
    );
    expect(open.map(({ name }) => name)).toEqual([]);
    expect(events()[0]?.timestamp).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  });

  it('without HOME, or with one that cannot be written, is an error of one line', async () => {
    for (const home of ['/dev/null', join(hook.root, 'project/.telemetry-enabled')]) {
      const run = await atel(['forward', '--once'], { HOME: home });
      expect(run.exitCode).toBe(3);
      expect(run.stderr).toMatch(/^atel: .*\n$/);
    }
    // The user database knows the HOME that the environment does not: here only that it starts.
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'sessions', '--help'], {
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('a clock', () => {
  it('that stood at 1970, went back a day or ahead by years changes no order in the journal and loses nothing', async () => {
    const now = Date.now() / 1000;
    const times = [0, 1, now + 86_400, now - 86_400, 4_102_444_800, now];
    for (const [i, seconds] of times.entries()) {
      drop(`00000000-0000-4000-8000-00000000000${i}`, bash(`echo ${i}`), seconds);
      if (i % 2 === 1) await forward();
    }
    expect(
      events()
        .map(({ id }) => id.slice(-1))
        .toSorted(),
    ).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(events().find(({ id }) => id.endsWith('0'))?.timestamp).toBe('1970-01-01T00:00:00.000000000Z');
    const flags = new Map(events().map(({ id, audit }) => [id.slice(-1), audit.clock]));
    expect(['0', '1', '2', '3', '4', '5'].map((id) => flags.get(id))).toEqual([
      'unset',
      'unset',
      'ahead',
      undefined,
      'ahead',
      undefined,
    ]);
    const seqs = records().map(({ audit }) => audit.seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect(await atel(['verify'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^intact/) });
  });

  it('before 1970 cannot harm either', async () => {
    drop('00000000-0000-4000-8000-000000000001', bash('ls'), -86_400);
    await forward();
    expect(events()[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(await atel(['verify'])).toMatchObject({ exitCode: 0 });
  });
});

describe('a pid file', () => {
  it('from before a restart, whose pid somebody else has now, holds nobody up', async () => {
    writeFileSync(hook.paths.pidFile, `${process.pid}\n1\n`);
    writeFileSync(hook.paths.lockFile, '');
    hook.run({ input: bash('ls') });
    await forward();
    expect(events()).toHaveLength(1);
  });
});

describe('a backup file', () => {
  it('with blank lines, half a last line and foreign ones is checked as far as it goes, and says where not', async () => {
    hook.run({ input: bash('ls') });
    await forward();
    const backup = join(hook.paths.stackDir, 'collector/backup');
    mkdirSync(backup, { recursive: true, mode: 0o700 });
    const all = lines();
    const file = join(backup, 'records.jsonl');
    const whole = `\n\r\n${otlpLine(all.slice(0, -1))}\n[]\nnull\n{"resourceLogs":7}\n`;
    writeFileSync(file, whole + otlpLine(all.slice(-1)).slice(0, 50));
    mkdirSync(join(backup, 'records-1.jsonl'));
    const run = await atel(['verify', '--source', 'backup']);
    expect(run.stderr).toContain(`an unfinished line at byte ${Buffer.byteLength(whole)}`);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect([0, 2, 3]).toContain(run.exitCode);
  });
});
