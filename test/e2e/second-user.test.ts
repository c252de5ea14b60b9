/**
 * Another user of the same machine, with a HOME they may look into as is usual: they read nothing of ours, write nothing
 * into it, stop nothing, and what they send is refused or found.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hookCopyPath } from '../../src/capture/hook-copy.ts';
import { leafOf } from '../../src/journal/canonical.ts';
import { readJournal } from '../../src/journal/reader.ts';
import {
  arrivedInSinks,
  type AtelUser,
  createUser,
  eventually,
  stackDirOf,
  useStack,
} from '../helpers/atel.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { endProcesses } from '../helpers/processes.ts';
import { call, createWorld, playScenario, removeWorld, session, type World } from '../helpers/scenario.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

/** `nobody`; only root can become somebody else. */
const OTHER = 65534;
const SINKS = ['backup', 'loki'] as const;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('!!! NOT TESTED: what a second user can do. Only root can run as another user.');

const short = session([call('Bash', { command: 'echo short' })]);

/** Runs a shell script as the other user, with `input` on its standard input. */
function asOther(script: string, args: readonly string[] = [], input = ''): string {
  const run = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    uid: OTHER,
    gid: OTHER,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    input,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return run.stdout;
}

interface Entry {
  readonly path: string;
  readonly directory: boolean;
  readonly mode: number;
}

function below(directory: string): readonly Entry[] {
  const own: Entry = { path: directory, directory: true, mode: lstatSync(directory).mode & 0o777 };
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return [
    own,
    ...entries.map((entry): Entry => {
      const path = join(entry.parentPath, entry.name);
      return { path, directory: entry.isDirectory(), mode: lstatSync(path).mode & 0o777 };
    }),
  ];
}

describe.skipIf(!stackParts || !isRoot)('a second user', () => {
  let world: World;
  let stack: TestStack;
  let user: AtelUser;

  beforeAll(async () => {
    world = createWorld();
    user = createUser(world);
    // As on most machines: everybody may look into a HOME. Only what is ours must hold by itself.
    for (const path of ['.local/share', '.config', '.cache'])
      mkdirSync(join(world.home, path), { recursive: true });
    chmodSync(world.root, 0o755);
    stack = await startStack({ dir: stackDirOf(world) });
    await user.output(['init', '--project']);
    useStack(user, stack);
    await user.output(['enable']);
    await playScenario(short, world);
    await user.drained();
    await arrivedInSinks(user);
  });
  afterAll(async () => {
    await endProcesses(world.home);
    await stack.stop();
    await removeWorld(world);
  });

  const ours = (): readonly Entry[] =>
    [user.paths.dataDir, dirname(user.paths.configFile), user.paths.fallbackLostDir]
      .filter((path) => existsSync(path))
      .flatMap(below);

  it('finds every file 0600 and every directory 0700 after a full run, but for scripts and the backup file', () => {
    const entries = ours();
    expect(entries.length).toBeGreaterThan(50);
    expect(entries.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        user.paths.lockFile,
        user.paths.logFile,
        user.paths.configFile,
        join(stack.settings.dir, 'token'),
        join(stack.collector.backupDir, 'records.jsonl'),
      ]),
    );
    // The Collector gives its backup 0644 whatever the umask is; the directory closes it.
    const expected = ({ path, directory }: Entry): number =>
      directory || path.endsWith('.sh') ? 0o700 : dirname(path) === stack.collector.backupDir ? 0o644 : 0o600;
    const open = entries.filter((entry) => entry.mode !== expected(entry));
    expect(open.map(({ path, mode }) => `${mode.toString(8)} ${path}`)).toEqual([]);
  });

  it('reads and writes none of it', () => {
    const control = join(world.home, 'readable.txt');
    writeFileSync(control, 'for all\n', { mode: 0o644 });
    const script = `for p; do
      cat "$p" >/dev/null 2>&1 && echo "READ $p"
      ls "$p"/ >/dev/null 2>&1 && echo "LISTED $p"
      ( : >>"$p" ) 2>/dev/null && echo "WROTE $p"
      ( : >"$p/planted" ) 2>/dev/null && echo "PLANTED $p"
      mv "$p" "$p.moved" 2>/dev/null && echo "MOVED $p"
    done`;
    const paths = ours().map(({ path }) => path);
    expect(asOther(script, [control, ...paths])).toBe(`READ ${control}\n`);
  });

  it('cannot plant an event or a mark, where the hook would leave one', () => {
    const targets = [
      user.paths.queueDir,
      user.paths.lostDir,
      user.paths.fallbackLostDir,
      user.paths.sessionsDir,
      dirname(user.paths.fallbackLostDir),
    ];
    expect(
      asOther(
        'for d; do ( : >"$d/planted" ) 2>/dev/null && echo "$d"; mkdir "$d/x" 2>/dev/null && echo "$d"; done',
        targets,
      ),
    ).toBe('');
  });

  it('can neither stop the forwarder nor hold its lock, and recording goes on', async () => {
    const pid = user.forwarder() ?? 0;
    expect(pid).toBeGreaterThan(0);
    const script =
      'kill -9 "$1" 2>/dev/null && echo killed; ( exec 9<>"$2" ) 2>/dev/null && echo opened; echo tried';
    expect(asOther(script, [String(pid), user.paths.lockFile])).toBe('tried\n');
    const [id] = spoolEvents(user.paths.queueDir, { project: world.project, count: 1 });
    await eventually('the event is journaled', () => user.events().some((record) => record.id === id));
    expect(user.forwarder()).toBe(pid);
  });

  it('finds no credential in a command line or in an environment', () => {
    const search = 'grep -laF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null';
    expect(asOther(search, [], stack.collector.token)).toBe('');
    // And sees other command lines, so that the search means something.
    expect(asOther(search, [], '--config')).toMatch(/cmdline/);
  });

  it.each([undefined, 'Bearer guess', 'Basic eDp5', 'Bearer '])(
    'is refused by the Collector with authorization %s',
    async (authorization) => {
      const before = readFileSync(join(stack.collector.backupDir, 'records.jsonl'), 'utf8');
      const answer = await post('{"forged":1}', authorization);
      expect(answer.status).toBe(401);
      await sleep(300);
      expect(readFileSync(join(stack.collector.backupDir, 'records.jsonl'), 'utf8').startsWith(before)).toBe(
        true,
      );
      expect(readFileSync(join(stack.collector.backupDir, 'records.jsonl'), 'utf8')).not.toContain('forged');
    },
  );

  describe('who opened a directory of ours', () => {
    it.each([
      ['the data directory', () => user.paths.dataDir],
      ['the spool', () => user.paths.spoolDir],
      ['the queue', () => user.paths.queueDir],
      ['the journal', () => user.paths.journalDir],
    ])('%s to others is told so, with the way out', async (_what, pathOf) => {
      await user.stopForwarder();
      const path = pathOf();
      spoolEvents(user.paths.queueDir, { project: world.project, count: 1 });
      try {
        chmodSync(path, 0o750);
        const open = await user.atel(['forward', '--once']);
        expect(open).toMatchObject({ exitCode: 3, stdout: '' });
        expect(open.stderr).toMatch(/^atel: \/.*: is open to other users \(mode 750\); chmod 700 \/.*\n$/);
        chmodSync(path, 0o700);
        chownSync(path, OTHER, OTHER);
        const foreign = await user.atel(['forward', '--once']);
        expect(foreign).toMatchObject({ exitCode: 3, stdout: '' });
        expect(foreign.stderr).toMatch(/^atel: \/.*: belongs to uid 65534, not to you; chown it to uid 0\n$/);
      } finally {
        chownSync(path, 0, 0);
        chmodSync(path, 0o700);
      }
      await user.output(['forward', '--once']);
      expect(readdirSync(user.paths.queueDir)).toEqual([]);
    });

    it('gets no event into a queue of somebody else, and a mark that tells of it', async () => {
      chownSync(user.paths.queueDir, OTHER, OTHER);
      const run = spawnSync(hookCopyPath(user.paths, 'settings-project'), ['Stop', 'settings-project'], {
        input: '{"hook_event_name":"Stop"}',
        env: { CLAUDE_PROJECT_DIR: world.project },
      });
      expect(run).toMatchObject({ status: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) });
      expect(readdirSync(user.paths.queueDir)).toEqual([]);
      expect(readdirSync(user.paths.lostDir)).toEqual([expect.stringMatching(/^nospool\./)]);
      chownSync(user.paths.queueDir, 0, 0);
      await user.output(['forward', '--once']);
      expect(
        user
          .records()
          .some(({ action_details: about }) => about?.kind === 'loss' && about['why'] === 'nospool'),
      ).toBe(true);
    });
  });

  describe('with a stolen token', () => {
    const stolen = (): string => `Bearer ${stack.collector.token}`;

    it('sends a forged record that verify names in the backup and in Loki', async () => {
      await user.output(['forward', '--once']);
      for (const source of SINKS)
        expect(await user.output(['verify', '--source', source])).toMatch(/^intact/);
      const bodies = [...readJournal(user.paths.journalDir)].map(({ line }) => line);
      const real = bodies.findLast((line) => line.includes('echo short')) ?? '';
      const seq = /"seq":(\d+)/.exec(real)?.[1];
      expect((await post(real.replace('echo short', 'echo harm!'), stolen())).status).toBe(200);
      for (const source of SINKS)
        await eventually(`verify tells of it in ${source}`, async () => {
          const { exitCode, stdout } = await user.atel(['verify', '--source', source]);
          return exitCode === 1 && new RegExp(`^ +fork +seq ${seq} `, 'm').test(stdout);
        });
      // The journal on this machine is untouched.
      expect(await user.output(['verify'])).toMatch(/^intact/);
    });

    it('sends a forged next record, chained as it should be: it is named when the real one comes', async () => {
      const last = [...readJournal(user.paths.journalDir)].at(-1)?.line ?? '';
      const seq = Number(/"seq":(\d+)/.exec(last)?.[1]);
      const forged = last
        .replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${leafOf(last)}"`)
        .replace(`"seq":${seq}`, `"seq":${seq + 1}`)
        .replace(/"id":"[^"]+"/, '"id":"00000000-0000-4000-8000-00000000f00d"');
      expect((await post(forged, stolen())).status).toBe(200);
      spoolEvents(user.paths.queueDir, { project: world.project, count: 1 });
      await user.output(['forward', '--once']);
      await eventually('verify tells of it', async () => {
        const { stdout } = await user.atel(['verify', '--source', 'backup']);
        return new RegExp(`^ +fork +seq ${seq + 1} `, 'm').test(stdout);
      });
    });
  });

  /** Sends one body to the Collector as a LogRecord like ours. */
  function post(body: string, authorization: string | undefined): Promise<Response> {
    const now = String(BigInt(Date.now()) * 1_000_000n);
    const attribute = (key: string, value: string): object => ({ key, value: { stringValue: value } });
    const resource = {
      attributes: [
        attribute('service.name', 'claude-telemetry'),
        attribute('service.instance.id', 'forged'),
        attribute('deployment.environment.name', 'local'),
      ],
    };
    const logRecords = [
      { timeUnixNano: now, observedTimeUnixNano: now, severityNumber: 9, body: { stringValue: body } },
    ];
    return fetch(`${stack.collector.url}/v1/logs`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords }] }] }),
    });
  }
});
