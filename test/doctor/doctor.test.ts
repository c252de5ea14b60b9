import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, updateConfigFile } from '../../src/config/load.ts';
import type { DoctorContext } from '../../src/doctor/check.ts';
import { clockCheck, directoriesCheck, spaceCheck, spoolCheck } from '../../src/doctor/disk.ts';
import { nodeCheck } from '../../src/doctor/hooks.ts';
import { lokiCheck } from '../../src/doctor/sending.ts';
import { readHead, writeCursor } from '../../src/journal/marks.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { formatPidFile, livePidFile } from '../../src/platform/processes.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { putFakeClient } from '../helpers/fake-client.ts';
import { type OtlpSink, startOtlpSink, status } from '../helpers/otlp-sink.ts';
import { endProcesses } from '../helpers/processes.ts';
import { draft, writeJournal } from '../helpers/records.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Line {
  readonly name: string;
  readonly status: string;
  readonly text: string;
  readonly fix?: string;
}

let root: string;
let home: string;
let project: string;
let bin: string;
let paths: Paths;
let sink: OtlpSink;

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
  [home, project, bin] = [join(root, 'home'), join(root, 'project'), join(root, 'bin')];
  for (const each of [home, join(project, '.git'), bin]) mkdirSync(each, { recursive: true });
  paths = resolvePaths({ HOME: home, XDG_RUNTIME_DIR: root });
  sink = await startOtlpSink();
  client('2.1.330');
  await atel('init');
  await atel('enable');
  writeJournal(paths.journalDir, [draft(0), draft(1)]);
  updateConfigFile(paths.configFile, [[['export', 'endpoint'], sink.url]]);
  const { stream, seq, leaf, segment, bytes } = readHead(paths.journalDir) ?? expect.fail('there is no head');
  writeCursor(paths.journalDir, { stream, seq, leaf, segment, offset: bytes });
});
afterEach(async () => {
  await sink.close();
  await endProcesses(home);
  rmSync(root, { recursive: true, force: true });
});

const client = (version: string): void => putFakeClient(bin, version);

function atel(...args: readonly string[]): Promise<CliRun> {
  const env = { HOME: home, PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: root };
  return runCli(args, { env, cwd: project });
}

const managed = (): string => join(root, 'claude-code');

async function doctor(...flags: readonly string[]) {
  const { code, out, err } = await atel('doctor', '--json', '--managed-directory', managed(), ...flags);
  const { checks, mended }: { checks: Line[]; mended: string[] } = JSON.parse(out);
  return { code, err, mended, lines: checks.filter((each) => each.status !== 'ok') };
}

async function checks(): Promise<readonly Line[]> {
  const { out } = await atel('doctor', '--json', '--managed-directory', managed());
  const document: { checks: Line[] } = JSON.parse(out);
  return document.checks;
}

const settings = (): string => join(project, '.claude/settings.local.json');
const script = (): string => join(paths.hooksDir, 'settings-project/capture.sh');
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(file, change(readFileSync(file, 'utf8')));
const segment = (): string => join(paths.journalDir, listSegments(paths.journalDir)[0] ?? '');
const waiting = (ageSeconds: number): void => {
  const at = (): number => Date.now() - ageSeconds * 1000;
  spoolEvents(paths.queueDir, { project, count: 3, at });
};

interface Break {
  readonly what: string;
  readonly break: () => void;
  /** All lines that are not ok: name, status, and what the first of them says. */
  readonly shows: readonly string[];
  readonly says: RegExp;
  readonly fix: RegExp;
  readonly mends: boolean;
}

const BREAKS: readonly Break[] = [
  {
    what: 'the configuration has a key that nobody knows',
    break: () => edit(paths.configFile, (text) => `${text}\nexprot: 1\n`),
    shows: ['config fail'],
    says: /exprot/,
    fix: /config\.yaml/,
    mends: false,
  },
  {
    what: 'the configuration may be read by its group',
    break: () => chmodSync(paths.configFile, 0o640),
    shows: ['config warn'],
    says: /open to other users/,
    fix: /^chmod 600 /,
    mends: true,
  },
  {
    what: 'there is no client',
    break: () => rmSync(join(bin, 'claude')),
    // Without one, only the events that every version knows are registered.
    shows: ['client warn', 'hooks warn'],
    says: /no client found/,
    fix: /^npm install/,
    mends: false,
  },
  {
    what: 'the client does not tell its version',
    break: () => client('latest'),
    shows: ['client warn', 'hooks warn'],
    says: /does not tell its version/,
    fix: /claude' --version$/,
    mends: false,
  },
  {
    what: 'the settings are no JSON',
    break: () => edit(settings(), (text) => text.replace('{', '{,')),
    shows: ['settings fail', 'hooks fail', 'script fail'],
    says: /is not valid JSON: the client ignores the file/,
    fix: /settings\.local\.json/,
    mends: false,
  },
  {
    what: 'all hooks are disabled',
    break: () => edit(settings(), (text) => text.replace('{', '{"disableAllHooks":true,')),
    shows: ['settings fail'],
    says: /disableAllHooks/,
    fix: /settings\.local\.json/,
    mends: false,
  },
  {
    what: 'only managed hooks are allowed',
    break() {
      mkdirSync(managed());
      writeFileSync(join(managed(), 'managed-settings.json'), '{"allowManagedHooksOnly": true}');
    },
    shows: ['settings fail'],
    says: /only managed hooks run/,
    fix: /^sudo atel init --managed$/,
    mends: false,
  },
  {
    what: 'the hooks are gone from the settings',
    break: () => writeFileSync(settings(), '{}'),
    shows: ['hooks fail', 'script fail'],
    says: /not installed/,
    fix: /^atel init$/,
    mends: false,
  },
  {
    what: 'the client is older than the hooks',
    break: () => client('2.1.100'),
    shows: ['hooks warn'],
    says: /not as this version and the clients need them/,
    fix: /^atel init$/,
    mends: true,
  },
  {
    what: 'the hooks name a place that is no longer ours',
    break: () => edit(settings(), (text) => text.replaceAll(home, '/old/home')),
    shows: ['hooks warn'],
    says: /not as this version/,
    fix: /^atel init$/,
    mends: true,
  },
  {
    what: 'the capture script is gone',
    break: () => rmSync(script()),
    shows: ['script fail'],
    says: /is missing: nothing is recorded/,
    fix: /^atel init$/,
    mends: true,
  },
  {
    what: 'the capture script may not be run',
    break: () => chmodSync(script(), 0o600),
    shows: ['script fail'],
    says: /not executable/,
    fix: /^atel init$/,
    mends: true,
  },
  {
    what: 'the capture script is of another version',
    break: () => edit(script(), (text) => text.replace('/dist/', '/older/')),
    shows: ['script warn'],
    says: /another version, Node or place/,
    fix: /^atel init$/,
    mends: true,
  },
  {
    what: 'the project is not marked',
    break: () => rmSync(join(project, '.telemetry-enabled')),
    shows: ['marker warn'],
    says: /are not recorded/,
    fix: /^atel enable$/,
    mends: false,
  },
  {
    what: 'a directory is gone',
    break: () => rmSync(paths.sessionsDir, { recursive: true }),
    shows: ['directories fail'],
    says: /sessions is missing/,
    fix: /^mkdir -p -m 700 /,
    mends: true,
  },
  {
    what: 'a directory is open to others',
    break: () => chmodSync(paths.queueDir, 0o777),
    shows: ['directories fail'],
    says: /open to other users/,
    fix: /^chmod 700 /,
    mends: true,
  },
  {
    what: 'the journal is open to its group',
    break: () => chmodSync(paths.journalDir, 0o750),
    shows: ['directories fail'],
    says: /journal is open to other users/,
    fix: /^chmod 700 /,
    mends: true,
  },
  {
    what: 'the queue is a link to somewhere else',
    break() {
      rmSync(paths.queueDir, { recursive: true });
      symlinkSync(root, paths.queueDir);
    },
    shows: ['directories fail'],
    says: /is not a directory/,
    fix: /^mv /,
    mends: false,
  },
  {
    what: 'events could not be read',
    break: () => writeFileSync(join(paths.quarantineDir, 'x'), 'nonsense'),
    shows: ['losses warn'],
    says: /^1 event could not be read/,
    fix: /^ls -l /,
    mends: false,
  },
  {
    what: 'events could not be written',
    break: () => writeFileSync(join(paths.lostDir, 'open1.x'), ''),
    shows: ['losses warn'],
    says: /^1 event could not be written/,
    fix: /^ls -l /,
    mends: false,
  },
  {
    what: 'events could not even be told of in the data directory',
    break() {
      mkdirSync(paths.fallbackLostDir, { recursive: true, mode: 0o700 });
      writeFileSync(join(paths.fallbackLostDir, 'nospool.x'), '');
    },
    shows: ['losses warn'],
    says: /^1 event could not be written/,
    fix: /^ls -l .*lost'/,
    mends: false,
  },
  {
    what: 'an event is dated in the future',
    break() {
      writeFileSync(paths.pidFile, formatPidFile(process.pid));
      waiting(-3600);
    },
    shows: ['clock warn'],
    says: /36\d\d s ahead: the clock was set back/,
    fix: /^timedatectl/,
    mends: false,
  },
  {
    what: 'events wait and no forwarder runs',
    break: () => waiting(1),
    shows: ['forwarder fail'],
    says: /does not run, and the spool holds 3 events/,
    fix: /^atel forward --once$/,
    mends: true,
  },
  {
    what: 'the forwarder takes nothing',
    break() {
      waiting(600);
      // A process that lives and does nothing of the kind: we are one.
      writeFileSync(paths.pidFile, formatPidFile(process.pid));
    },
    shows: ['forwarder fail'],
    says: /runs, but the spool holds 3 events, the oldest for 60\d s/,
    fix: /^kill -CONT /,
    mends: false,
  },
  {
    what: 'the forwarder that runs is of another version',
    break() {
      rmSync(paths.journalDir, { recursive: true });
      const metadata = { telemetry_version: '0.0.9' };
      writeJournal(paths.journalDir, [draft(0), draft(1, { metadata })]);
      writeFileSync(paths.pidFile, formatPidFile(process.pid));
    },
    shows: ['version warn'],
    says: /the forwarder that runs is 0\.0\.9/,
    fix: /^kill \d+ && atel forward --once$/,
    mends: false,
  },
  {
    what: 'the journal was cut',
    break: () => edit(segment(), (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`),
    shows: ['journal fail'],
    says: /it ends before record 3/,
    fix: /^atel verify$/,
    mends: false,
  },
  {
    what: 'the journal lost the end of its last line',
    break: () => edit(segment(), (text) => text.slice(0, -1)),
    shows: ['journal fail'],
    says: /it ends before record 3/,
    fix: /^atel verify$/,
    mends: false,
  },
  {
    what: 'the journal’s last record was changed',
    break: () =>
      edit(segment(), (text) => {
        const at = text.lastIndexOf('2026-');
        return `${text.slice(0, at)}2025-${text.slice(at + 5)}`;
      }),
    shows: ['journal fail'],
    says: /record 3 is not the one that the head names/,
    fix: /^atel verify$/,
    mends: false,
  },
  {
    what: 'the journal has no head',
    break: () => rmSync(join(paths.journalDir, 'head.json')),
    shows: ['journal fail'],
    says: /there are records but no head/,
    fix: /^atel verify$/,
    mends: false,
  },
  {
    what: 'nothing was recorded yet',
    break: () => rmSync(paths.journalDir, { recursive: true }),
    shows: ['last_event warn'],
    says: /nothing was recorded yet/,
    fix: /^claude$/,
    mends: false,
  },
  {
    what: 'the endpoint does not know us',
    break: () => sink.behave(status(401)),
    shows: ['endpoint fail'],
    says: /401/,
    fix: /config\.yaml/,
    mends: false,
  },
  {
    what: 'nobody listens at the endpoint',
    break: () => updateConfigFile(paths.configFile, [[['export', 'endpoint'], 'http://127.0.0.1:9']]),
    shows: ['endpoint fail'],
    says: /ECONNREFUSED|refused/i,
    fix: /config\.yaml/,
    mends: false,
  },
  {
    what: 'the endpoint is our own Collector, and it does not run',
    break: () =>
      updateConfigFile(paths.configFile, [
        [['export', 'endpoint'], 'http://127.0.0.1:9'],
        [['stack', 'otlp_port'], 9],
      ]),
    shows: ['endpoint fail'],
    says: /ECONNREFUSED|refused/i,
    fix: /^atel up$/,
    mends: false,
  },
  {
    what: 'a certificate is not there',
    break: () => updateConfigFile(paths.configFile, [[['export', 'ca_file'], join(root, 'ca.pem')]]),
    shows: ['endpoint fail'],
    says: /ca\.pem: does not exist/,
    fix: /config\.yaml/,
    mends: false,
  },
  {
    what: 'records wait to be sent',
    break: () => rmSync(join(paths.journalDir, 'cursor.json')),
    shows: ['delivery warn'],
    says: /^3 records to be sent/,
    fix: /^atel forward --once$/,
    mends: false,
  },
  {
    what: 'what was sent is of an epoch before',
    break() {
      const { stream: _, bytes, ...head } = readHead(paths.journalDir) ?? expect.fail('there is no head');
      writeCursor(paths.journalDir, { ...head, stream: 'install/before', offset: bytes });
    },
    shows: ['delivery warn'],
    says: /^3 records to be sent/,
    fix: /^atel forward --once$/,
    mends: false,
  },
  {
    what: 'records wait to be sent to an address for logs alone',
    break() {
      updateConfigFile(paths.configFile, [
        [['export', 'endpoint'], undefined],
        [['export', 'logs_endpoint'], sink.url],
      ]);
      rmSync(join(paths.journalDir, 'cursor.json'));
    },
    shows: ['delivery warn'],
    says: /^3 records to be sent/,
    fix: /^atel forward --once$/,
    mends: false,
  },
  {
    what: 'the endpoint has refused records for good',
    break() {
      mkdirSync(paths.deadLetterDir, { mode: 0o700 });
      writeFileSync(join(paths.deadLetterDir, 'x.jsonl'), '{}\n');
    },
    shows: ['delivery warn'],
    says: /^records were refused for good: 1 dead letter$/,
    fix: /^ls -l /,
    mends: false,
  },
];

describe('atel doctor', () => {
  it('finds nothing to say about a whole chain, and changes nothing', async () => {
    const before = readdirSync(root, { recursive: true });
    expect(await doctor()).toEqual({ code: 0, err: '', mended: [], lines: [] });
    expect(await doctor('--fix')).toMatchObject({ code: 0, mended: [] });
    expect(readdirSync(root, { recursive: true })).toEqual(before);
  });

  it('says what to do on a machine where nothing is installed, and makes nothing', async () => {
    rmSync(home, { recursive: true });
    rmSync(join(project, '.claude'), { recursive: true });
    mkdirSync(home);
    const { code, lines } = await doctor('--fix');
    expect(code).toBe(2);
    expect(lines.map(({ name, fix }) => `${name}: ${fix}`)).toEqual([
      'hooks: atel init',
      'script: atel init',
      'last_event: claude',
    ]);
    expect(readdirSync(home)).toEqual([]);
  });

  it.each(BREAKS)('tells that $what', async ({ break: breakIt, shows, says, fix, mends }) => {
    breakIt();
    const { code, err, lines } = await doctor();
    expect(lines.map((each) => `${each.name} ${each.status}`)).toEqual(shows);
    expect(lines[0]?.text).toMatch(says);
    expect(lines[0]?.text).not.toContain('\n');
    expect(lines[0]?.fix).toMatch(fix);
    const failing = shows.filter((each) => each.endsWith('fail'));
    expect(code).toBe(failing.length === 0 ? 0 : failing[0] === 'config fail' ? 3 : 2);
    if (failing.length > 0) expect(err).toMatch(/^atel: \d+ of \d+ links (is|are) broken; [^\n]+\n$/);
    if (mends) {
      const { mended } = await doctor('--fix');
      expect(mended[0]).toMatch(/^mended {3}/);
      await expect.poll(async () => (await doctor()).lines, { timeout: 10_000 }).toEqual([]);
    }
  });

  it('is content where managed hooks alone are allowed and ours are managed, or where it is not so', async () => {
    mkdirSync(managed());
    const policy = join(managed(), 'managed-settings.json');
    writeFileSync(policy, '{"allowManagedHooksOnly": false}');
    expect((await doctor()).lines).toEqual([]);
    writeFileSync(policy, '{"allowManagedHooksOnly": true}');
    await atel('init', '--managed', '--managed-directory', managed());
    expect((await doctor()).lines).toEqual([]);
  });

  it('lets a forwarder that runs have a thousand records before it, and no more', async () => {
    rmSync(join(paths.journalDir, 'cursor.json'));
    writeFileSync(paths.pidFile, formatPidFile(process.pid));
    expect((await doctor()).lines).toEqual([]);
    rmSync(paths.journalDir, { recursive: true });
    writeJournal(
      paths.journalDir,
      Array.from({ length: 999 }, (_, nr) => draft(nr)),
      { batch: 999 },
    );
    expect((await doctor()).lines.map(({ name, text }) => `${name}: ${text}`)).toEqual([
      'delivery: 1,000 records to be sent',
    ]);
  });

  it('has nothing to say of another version that wrote last and does not run any more', async () => {
    rmSync(paths.journalDir, { recursive: true });
    writeJournal(paths.journalDir, [draft(0, { metadata: { telemetry_version: '0.0.9' } })]);
    expect((await checks()).find(({ name }) => name === 'version')?.status).toBe('ok');
  });

  it('puts back a data directory that is gone', async () => {
    rmSync(paths.dataDir, { recursive: true });
    const { lines } = await doctor();
    expect(lines.filter(({ name }) => name === 'directories')[0]?.text).toBe(`${paths.dataDir} is missing`);
    await doctor('--fix');
    expect((await doctor()).lines.map(({ name }) => name)).toEqual(['last_event']);
  });

  it.each<[string, () => string]>([
    ['data directory', () => paths.dataDir],
    ['spool', () => paths.spoolDir],
    ['journal', () => paths.journalDir],
  ])(
    'looks at every link though a file stands in place of the %s, and leaves that file',
    async (_, place) => {
      const links = new Set((await checks()).map(({ name }) => name));
      rmSync(place(), { recursive: true });
      writeFileSync(place(), 'not ours');
      const lines = await checks();
      expect(new Set(lines.map(({ name }) => name))).toEqual(links);
      expect(lines).toContainEqual(
        expect.objectContaining({
          name: 'directories',
          text: `${place()} is not a directory`,
          fix: `mv '${place()}' '${place()}.aside'`,
        }),
      );
      const { code, mended } = await doctor('--fix');
      expect(code).toBe(2);
      expect(mended.filter((line) => !line.startsWith('stays '))).toEqual([]);
      expect(readFileSync(place(), 'utf8')).toBe('not ours');
    },
  );

  it('tells of a configuration and of settings that cannot be read at all', async () => {
    for (const place of [paths.configFile, settings()]) {
      rmSync(place);
      mkdirSync(place);
    }
    const { code, lines } = await doctor();
    expect(code).toBe(3);
    expect(lines.map(({ name, text }) => `${name}: ${text}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^config: .*config\.yaml: EISDIR/),
        expect.stringMatching(/^settings: EISDIR.*: the client ignores the file$/),
      ]),
    );
  });

  it('says why something stays that it could not mend', async () => {
    rmSync(paths.hooksDir, { recursive: true });
    writeFileSync(paths.hooksDir, '');
    const { code, mended } = await doctor('--fix');
    expect(code).toBe(2);
    expect(mended).toEqual([expect.stringMatching(/^stays {4}Capture script: .*hooks/)]);
  });

  it('waits for a forwarder that has events before it, as it may for half a minute', async () => {
    waiting(10);
    writeFileSync(paths.pidFile, formatPidFile(process.pid));
    expect((await doctor()).lines).toEqual([]);
  });

  it('counts more waiting events than a call takes arguments', { timeout: 60_000 }, () => {
    const first = join(paths.queueDir, 'first');
    writeFileSync(first, '');
    for (let nr = 1; nr < 30_000; nr++) linkSync(first, join(paths.queueDir, String(nr)));
    // A fifth of the usual stack, so that a fifth of the files will do.
    const { stdout, stderr } = spawnSync(process.execPath, ['--stack-size=200', MAIN, 'doctor', '--json'], {
      cwd: project,
      env: { HOME: home, PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: root },
      encoding: 'utf8',
    });
    expect(stderr).not.toMatch(/bug of ours/);
    const document: { checks: Line[] } = JSON.parse(stdout);
    const texts = new Map(document.checks.map(({ name, text }) => [name, text]));
    expect(texts.get('clock')).toBe('agrees with the files');
    expect(texts.get('forwarder')).toMatch(/^does not run, and the spool holds 30,000 events/);
  });

  it('mends by starting a forwarder that takes what waits', async () => {
    waiting(1);
    await doctor('--fix');
    expect(livePidFile(paths.pidFile)).toBeDefined();
    while (readdirSync(paths.queueDir).length > 0) await sleep(20);
    expect(existsSync(paths.logFile)).toBe(true);
  });

  it('knows each kind of installation, and mends the part of it that is ours alone', async () => {
    await atel('init', '--user', '--scope', 'all');
    await atel('init', '--shared');
    await atel('init', '--managed', '--managed-directory', managed());
    expect((await doctor()).lines).toEqual([]);
    const shared = join(home, '.local/share/agent-telemetry/hooks/shared/capture.sh');
    rmSync(shared);
    const committed = join(project, '.claude/settings.json');
    const before = readFileSync(committed);
    client('2.1.200');
    const { lines } = await doctor();
    expect(lines.map(({ name, fix }) => `${name}: ${fix}`)).toEqual([
      'hooks: atel init',
      'hooks: atel init --user --scope all',
      'hooks: atel init --project --shared',
      'hooks: atel init --managed',
      'script: atel init --project --shared',
      'script: atel init --managed',
    ]);
    await doctor('--fix');
    expect(readFileSync(committed)).toEqual(before);
    expect((await doctor()).lines.map(({ name, fix }) => `${name}: ${fix}`)).toEqual([
      'hooks: atel init --project --shared',
      'hooks: atel init --managed',
      'script: atel init --project --shared',
      'script: atel init --managed',
    ]);
    client('2.1.330');
    await doctor('--fix');
    expect((await doctor()).lines).toEqual([]);
    expect(statSync(shared).mode & 0o777).toBe(0o700);
  });

  it('sees a committed script that was changed, and puts it right', async () => {
    await atel('init', '--shared');
    const committed = join(project, '.claude/hooks/agent-telemetry-hook.sh');
    const before = readFileSync(committed, 'utf8');
    for (const harm of [(): void => edit(committed, () => 'exit 0\n'), (): void => rmSync(committed)]) {
      harm();
      expect((await doctor()).lines).toEqual([
        {
          name: 'script',
          status: 'fail',
          text: `${committed} is missing or was changed`,
          fix: 'atel init --project --shared',
        },
      ]);
      await doctor('--fix');
      expect(readFileSync(committed, 'utf8')).toBe(before);
      expect((await doctor()).lines).toEqual([]);
    }
  });

  it.each([
    [300, '5 min'],
    [3 * 3600, '3 h'],
    [5 * 86_400, '5 days'],
  ])('tells the age of the last event: %i s are %s', async (seconds, age) => {
    rmSync(paths.journalDir, { recursive: true });
    const timestamp = new Date(Date.now() - seconds * 1000).toISOString();
    writeJournal(paths.journalDir, [draft(0), draft(1, { timestamp, hook_event: 'Stop' })]);
    expect((await atel('doctor')).out).toMatch(new RegExp(`^ok {4}Last event {10}Stop, ${age} ago$`, 'm'));
  });

  it('asks for the plugin to be enabled, and is content when it is', async () => {
    await atel('uninstall');
    await atel('init', '--plugin');
    const { lines } = await doctor();
    expect(lines.map(({ name }) => name)).toEqual(['hooks']);
    expect(lines[0]?.fix).toContain('claude plugin install agent-telemetry@agent-telemetry');
    mkdirSync(join(home, '.claude'));
    const enable = (ours: boolean): void => {
      const enabledPlugins = { 'other@other': true, 'agent-telemetry@agent-telemetry': ours };
      writeFileSync(join(home, '.claude/settings.json'), JSON.stringify({ enabledPlugins }));
    };
    enable(false);
    expect((await doctor()).lines).toEqual(lines);
    enable(true);
    expect((await doctor()).lines).toEqual([]);
  });

  it('shows a line for each link, and the command under what is broken', async () => {
    rmSync(script());
    const { out, err, code } = await atel('doctor');
    expect(out).toMatch(/^ok {4}Node {16}\d+\.\d+\.\d+\n/);
    expect(out).toMatch(
      /\nfail {2}Capture script {6}\S+ is missing: nothing is recorded\n {26}→ atel init\n/,
    );
    expect(err).toMatch(/^atel: 1 of \d+ links is broken; atel doctor --fix mends what it can\n$/);
    expect(code).toBe(2);
  });
});

describe('what no test can break on this machine', () => {
  const context = (changed: Partial<DoctorContext>): DoctorContext => ({
    env: {},
    cwd: project,
    paths,
    projectRoot: project,
    nodeVersion: process.versions.node,
    now: Date.now,
    freeBytes: () => 1e12,
    startForwarder: () => Promise.resolve(),
    clients: [],
    settings: [],
    config: loadConfig(paths.configFile),
    stack: undefined,
    ...changed,
  });

  it.each([
    ['20.19.0', 'fail'],
    ['22.17.9', 'fail'],
    ['22.18.0', 'ok'],
    ['24.1.0', 'ok'],
  ])('Node %s is %s', async (nodeVersion, expected) => {
    expect(await nodeCheck.run(context({ nodeVersion }))).toMatchObject([{ status: expected }]);
  });

  it.each([
    [50e6, 'fail', /events will be lost/],
    [500e6, 'warn', /^476 MiB free$/],
    [5e9, 'ok', /^4,768 MiB free$/],
  ])('a disk with %i bytes free is told: %s', async (free, expected, says) => {
    const [diagnosis] = await spaceCheck.run(context({ freeBytes: () => free }));
    expect(diagnosis?.status).toBe(expected);
    expect(diagnosis?.text).toMatch(says);
  });

  it('a spool on a disk that takes no file is broken', async () => {
    const [diagnosis] = await spoolCheck.run(context({ paths: { ...paths, spoolDir: '/proc' } }));
    expect(diagnosis).toMatchObject({ status: 'fail', fix: "df -h '/proc'" });
    expect(diagnosis?.text).toMatch(/^cannot be written: E/);
  });

  it.skipIf(process.getuid?.() !== 0)('a directory of somebody else is broken', async () => {
    chownSync(paths.queueDir, 12_345, 12_345);
    const [diagnosis] = await directoriesCheck.run(context({}));
    expect(diagnosis).toMatchObject({ status: 'fail', text: `${paths.queueDir} belongs to uid 12345` });
    expect(diagnosis?.fix).toBe(`sudo chown 0 '${paths.queueDir}'`);
  });

  it('a Loki that is slow to start, or refuses records, is told', async () => {
    const part = {
      name: 'loki',
      title: 'Loki',
      pids: [1],
      ports: {},
      data_dir: root,
      log_file: root,
    } as const;
    const size = { dir: root, files: 0, bytes: 0 };
    const stack = {
      parts: [{ ...part, state: 'not ready', last_error: 'still replaying' }],
      backup: size,
      journal: size,
      forwarder: { state: 'not running' },
      spool: { waiting: 0, quarantined: 0, lost: 0 },
    } as const;
    expect(await lokiCheck.run(context({ stack }))).toEqual([
      { status: 'fail', text: 'is not ready: still replaying', fix: 'atel up' },
    ]);
    const died = { ...stack, parts: [{ ...part, state: 'died' }] } as const;
    expect(await lokiCheck.run(context({ stack: died }))).toMatchObject([{ text: 'has ended' }]);
    const queue = { bytes: 0, capacity_bytes: 1, refused_records: 7 };
    expect(await lokiCheck.run(context({ stack: { ...stack, queue } }))).toMatchObject([
      { status: 'warn', text: 'refused 7 records for good; the backup has them' },
    ]);
  });

  it('a disk that dates files otherwise than the clock is told', async () => {
    const [diagnosis] = await clockCheck.run(context({ now: () => Date.now() + 3_600_000 }));
    expect(diagnosis).toMatchObject({ status: 'warn', fix: 'timedatectl status' });
    expect(diagnosis?.text).toContain('files are dated -3600 s off the clock');
  });
});
