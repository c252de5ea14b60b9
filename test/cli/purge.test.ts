import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutlet } from '../../src/forwarder/outlet.ts';
import { writeCursor } from '../../src/journal/marks.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { livePidFile, startTimeOf } from '../../src/platform/processes.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { emptySpool } from '../helpers/empty-spool.ts';
import type { Fault } from '../helpers/fault-preload.ts';
import { startForward } from '../helpers/forward-child.ts';
import { eventually } from '../helpers/atel.ts';
import { otlpLine } from '../helpers/records.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../helpers/fault-preload.ts', import.meta.url));
/** Every how many operations on the disk a run is killed. */
const KILL_STRIDE = 5;
const CANARY = 'canary-in-the-coal-mine';
const GOING = 'a1b2c3d4-0000-4000-8000-00000000000a';
const STAYING = 'b1b2c3d4-0000-4000-8000-00000000000b';

let home: string;
let paths: Paths;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
  openSpool(paths);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const atel = (...args: readonly string[]): Promise<CliRun> => atelIn(home, ...args);

/** Runs the CLI as a process that is killed before its n-th change of the disk; false when it came to its end. */
function purgeKilledAt(where: string, at: number): boolean {
  const fault: Fault = { below: where, at, with: 'kill' };
  const node = ['--disable-warning=ExperimentalWarning', '--import', PRELOAD, MAIN];
  const { signal, status } = spawnSync(process.execPath, [...node, 'purge', '--session', GOING, '--yes'], {
    cwd: '/',
    env: { HOME: where, PATH: '/usr/bin:/bin', ATEL_TEST_FAULT: JSON.stringify(fault) },
  });
  if (signal === null) expect(status).toBe(0);
  return signal === 'SIGKILL';
}

function atelIn(where: string, ...args: readonly string[]): Promise<CliRun> {
  return runCli(args, { env: { HOME: where }, cwd: where });
}

let made = 0;

function spool(session: string, command: string, whole = true): void {
  made += 1;
  const name = `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`;
  const payload = JSON.stringify({
    hook_event_name: 'PreToolUse',
    session_id: session,
    cwd: `/home/jeff/${command}`,
    tool_name: 'Bash',
    tool_input: { command: `echo ${command}` },
  });
  const header = { event: 'PreToolUse', installation: 'settings-project', name, values: { pid: '1' } };
  const bytes = formatDropFile(header, Buffer.from(whole ? payload : payload.slice(0, -5)));
  writeFileSync(join(paths.queueDir, name), bytes, { mode: 0o600 });
}

/** Two sessions, one of which speaks of the canary, also where nobody could read it. */
async function record(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    spool(GOING, CANARY);
    spool(STAYING, 'harmless');
  }
  spool(GOING, CANARY, false);
  await emptySpool(paths);
  const line = lines().find((text) => text.includes(CANARY));
  mkdirSync(paths.deadLetterDir, { mode: 0o700 });
  writeFileSync(join(paths.deadLetterDir, '3-x.json'), JSON.stringify({ kind: 'rejected', line }));
  mkdirSync(join(paths.journalDir, 'torn'), { mode: 0o700 });
  writeFileSync(join(paths.journalDir, 'torn', 'x.1'), line?.slice(0, 300) ?? '');
}

const lines = (): readonly string[] => [...readJournal(paths.journalDir)].map(({ line }) => line);
const records = (): readonly AtelRecord[] => lines().flatMap((line) => parseRecord(line) ?? []);

function filesWith(text: string): readonly string[] {
  return readdirSync(paths.dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(paths.dataDir, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

describe('atel purge', () => {
  it('only says what would go, until told --yes', async () => {
    await record();
    const before = lines();
    const { out, code } = await atel('purge', '--session', 'a1b2');
    expect(out).toMatch(/^would purge [45] records of 1 session\n {2}a1b2c3d4-.*\nTo do it, add --yes/);
    expect(code).toBe(0);
    expect(lines()).toEqual(before);
    expect(filesWith(CANARY).length).toBeGreaterThanOrEqual(4);
  });

  it('erases a session from every file, and the journal stays intact', async () => {
    await record();
    const staying = records().filter(({ session_id: id }) => id === STAYING);
    const { out, code } = await atel('purge', '--session', 'a1b2', '--yes', '--reason', 'asked for');
    expect(code).toBe(0);
    expect(out).toMatch(/^purged [45] records of 1 session\n {2}quarantine: 1 file removed\n/);
    expect(out).toMatch(/Backup file: .*\nLoki: /);
    expect(filesWith(CANARY)).toEqual([]);
    expect(filesWith(GOING)).toEqual([]);
    expect(records().filter(({ session_id: id }) => id === STAYING)).toEqual(staying);
    expect(records().at(-1)).toMatchObject({
      hook_event: 'Audit',
      metadata: { user_id: expect.any(String), host: expect.any(String) },
      action_details: { kind: 'purge', reason: 'asked for', ranges: expect.any(Array) },
    });
    const verify = await atel('verify');
    expect(verify.code).toBe(0);
    expect(verify.out).toMatch(/^intact .*\n[45] records were purged/);
    const { out: left, err } = await atel('sessions');
    expect([left.includes('a1b2'), left.includes('b1b2'), err]).toEqual([false, true, '']);
  });

  it('touches neither backup nor Loki, and says where the copies are', async () => {
    await record();
    const backup = join(paths.stackDir, 'collector/backup');
    const [copies, chunk] = [join(backup, 'records.jsonl'), join(paths.stackDir, 'loki/chunks/x')];
    for (const file of [copies, chunk]) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(copies, otlpLine(lines()));
    writeFileSync(chunk, CANARY);
    const before = [readFileSync(copies), readFileSync(chunk)];
    const { out } = await atel('purge', '--session', GOING, '--yes');
    expect([readFileSync(copies), readFileSync(chunk)]).toEqual(before);
    expect(filesWith(CANARY).toSorted()).toEqual(
      [copies, chunk].map((file) => relative(paths.dataDir, file)),
    );
    // The step for the backup, as it is printed.
    const [, step = '', where = ''] =
      /remove the files in (\S+) that hold it \((grep -l \S+)\)/.exec(out) ?? [];
    expect(execFileSync('sh', ['-c', `${where} ${step}/*`], { encoding: 'utf8' })).toBe(`${copies}\n`);
    expect(out).toContain(`Loki: atel down, remove ${join(paths.stackDir, 'loki')} `);
    for (const source of ['journal', 'backup'])
      expect((await atel('verify', '--source', source)).out).toMatch(/^intact/);
  });

  it('does the same again without a trace', async () => {
    await record();
    await atel('purge', '--session', GOING, '--yes');
    const before = lines();
    const { out, code } = await atel('purge', '--session', GOING, '--yes');
    expect([out.split('\n')[0], code]).toEqual(['nothing in the journal to purge', 0]);
    expect(lines()).toEqual(before);
  });

  it('erases what is older than --before', async () => {
    await record();
    const kept = await atel('purge', '--before', '2020-01-01', '--yes', '--json');
    expect(JSON.parse(kept.out)).toMatchObject({ dry_run: false, records: 0 });
    const { out } = await atel('purge', '--before', '2100-01-01', '--yes', '--json');
    expect(JSON.parse(out)).toMatchObject({ dry_run: false, sessions: [GOING, STAYING] });
    expect([...filesWith(CANARY), ...filesWith('harmless')]).toEqual([]);
    expect(records().every(({ hook_event: event }) => event === 'Audit')).toBe(true);
    expect((await atel('verify')).code).toBe(0);
  });

  it('lets the forwarder and delivery go on', async () => {
    await record();
    await atel('purge', '--session', GOING, '--yes');
    const newest = records().at(-1)?.audit.seq ?? 0;
    spool(GOING, 'later');
    await emptySpool(paths);
    const later = records().filter(({ session_id: id }) => id === GOING);
    expect(later.map(({ audit }) => audit.seq > newest)).toEqual([true]);
    expect((await atel('verify')).code).toBe(0);
    const outlet = createOutlet(paths.journalDir);
    const sent: string[] = [];
    for (let cursor = outlet.loadCursor(); ;) {
      const batch = outlet.readBatch(cursor, 2, 1_000_000, ({ record }) => record.id);
      if (batch.mapped.length === 0) break;
      sent.push(...batch.mapped);
      ({ cursor } = batch);
    }
    expect(sent).toEqual(records().map(({ id }) => id));
  });

  it('is finished by the same purge when it was killed, at any moment', async () => {
    mkdirSync(join(home, '.config/agent-telemetry'), { recursive: true, mode: 0o700 });
    writeFileSync(paths.configFile, 'forwarder: {segment_bytes: 4096}\n', { mode: 0o600 });
    await record();
    const recorded = paths;
    let [killed, at] = [0, 1];
    for (let isKilled = true; isKilled; at += KILL_STRIDE) {
      const copy = `${home}-${at}`;
      execFileSync('cp', ['-a', home, copy]);
      try {
        isKilled = purgeKilledAt(copy, at);
        paths = resolvePaths({ HOME: copy });
        const verdict = await atelIn(copy, 'verify');
        expect([verdict.code, at], verdict.out).toEqual([0, at]);
        expect((await atelIn(copy, 'purge', '--session', GOING, '--yes')).code).toBe(0);
        // As the next leader does, for what the killed process left.
        await emptySpool(paths);
        expect([filesWith(CANARY), at]).toEqual([[], at]);
        const { code, out } = await atelIn(copy, 'verify');
        expect([code, out.includes('not finished'), at], out).toEqual([0, false, at]);
      } finally {
        rmSync(copy, { recursive: true, force: true });
        paths = recorded;
      }
      if (isKilled) killed += 1;
    }
    expect(killed).toBeGreaterThan(5);
  });

  it('asks a forwarder that runs to leave', async () => {
    await record();
    const child = startForward({ home, once: false });
    try {
      await eventually('it leads', () => livePidFile(paths.pidFile) !== undefined);
      const { err, code } = await atel('purge', '--session', GOING, '--yes');
      expect(err).toContain(`asking the forwarder (pid ${child.process.pid}) to leave`);
      expect(code).toBe(0);
      expect((await child.ended).exitCode).toBe(0);
      expect(filesWith(CANARY)).toEqual([]);
    } finally {
      child.process.kill('SIGKILL');
      // The one that was started in its place.
      await eventually('the next one leads', () => livePidFile(paths.pidFile) !== undefined);
      const pid = livePidFile(paths.pidFile)?.pid ?? 0;
      process.kill(pid, 'SIGTERM');
      await eventually('it ends', () => startTimeOf(pid) === undefined);
    }
  });

  it('keeps what was not sent yet, and what is evidence, unless forced', async () => {
    await record();
    mkdirSync(join(home, '.config/agent-telemetry'), { recursive: true, mode: 0o700 });
    writeFileSync(paths.configFile, 'export: {endpoint: "http://127.0.0.1:1"}\n', { mode: 0o600 });
    const refused = await atel('purge', '--session', GOING, '--yes');
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('were not sent yet')]);
    const outlet = createOutlet(paths.journalDir);
    const { mapped, cursor } = outlet.readBatch(undefined, 1000, 1_000_000, ({ line }) => line);
    expect(mapped).toHaveLength(lines().length);
    if (cursor) writeCursor(paths.journalDir, cursor);
    const segment = readdirSync(paths.journalDir).find((name) => name.endsWith('.jsonl')) ?? '';
    const path = join(paths.journalDir, segment);
    writeFileSync(path, readFileSync(path, 'utf8').replace('harmless', 'HARMLESS'));
    const tampered = await atel('purge', '--session', GOING, '--yes');
    expect([tampered.code, tampered.err]).toEqual([1, expect.stringContaining('is not intact')]);
    expect(filesWith(CANARY).length).toBeGreaterThanOrEqual(4);
  });

  it('wants to know what, and when, exactly', async () => {
    await record();
    for (const [args, why] of [
      [[], 'give --session, --before, or both'],
      [['--before', 'soon'], '--before: "soon" is no time'],
      [['--session', 'ffff'], 'no session begins with'],
    ] as const) {
      const { err, code } = await atel('purge', ...args, '--yes');
      expect([code, err]).toEqual([3, expect.stringContaining(why)]);
    }
  });
});
