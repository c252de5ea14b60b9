/** Installations as people have them: committed to a project, managed, in odd places, on other versions of the client. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AtelRecord } from '../../src/journal/record.ts';
import { processEnv } from '../../src/platform/env.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { type AtelUser, createUser, record } from '../helpers/atel.ts';
import { CLAUDE_BIN, installPlugin } from '../helpers/claude-client.ts';
import { installClient } from '../helpers/install-client.ts';
import { endProcesses } from '../helpers/processes.ts';
import {
  call,
  createWorld,
  playScenario,
  removeWorld,
  type Scenario,
  session,
  type SessionOptions,
  type World,
  writeWorldFile,
} from '../helpers/scenario.ts';

let world: World;
let user: AtelUser;
beforeEach(() => {
  world = createWorld();
  user = createUser(world);
});
afterEach(() => removeWorld(world));

/** A short session of the real client. */
const working = (options?: SessionOptions): Scenario =>
  session([call('Bash', { command: 'echo worked' })], options);

/** What a whole session must show, with this installation's name. */
function expectWhole(records: readonly AtelRecord[], installation: string): void {
  expect(records[0]?.hook_event).toBe('SessionStart');
  expect(records.at(-1)?.hook_event).toBe('SessionEnd');
  const calls = records.filter((each) => each.action_details?.command === 'echo worked');
  expect(calls.map((each) => each.hook_event)).toEqual(['PreToolUse', 'PostToolUse']);
  expect(new Set(records.map((each) => each.metadata?.installation))).toEqual(new Set([installation]));
}

const git = (directory: string, ...args: readonly string[]): Buffer =>
  execFileSync('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', ...args], {
    cwd: directory,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: world.home, GIT_CONFIG_NOSYSTEM: '1' },
  });

describe('settings that are committed', () => {
  beforeEach(async () => {
    const said = await user.output(['init', '--project', '--shared']);
    expect(said).toContain('.claude/settings.json: hooks installed');
    expect(said).toContain('needs Claude Code 2.1.330 or newer');
    await user.output(['enable']);
    git(world.project, 'add', '.claude', '.telemetry-enabled');
    git(world.project, 'commit', '-q', '-m', 'Record sessions');
  });

  it('hold no path of this machine and no secret', () => {
    for (const file of ['settings.json', 'hooks/agent-telemetry-hook.sh']) {
      const text = readFileSync(join(world.project, '.claude', file), 'utf8');
      expect(text).not.toContain(world.root);
      expect(text).not.toMatch(/XDG_|ATEL_/);
    }
    expect(git(world.project, 'ls-files', '-s', '.claude/hooks').toString()).toMatch(/^100755 /);
  });

  it('record in the project’s root and in a worktree', async () => {
    expectWhole(await record(user, working(), world), 'settings-shared');
    const aside = await record(user, working({ args: ['--worktree', 'aside'] }), world);
    expectWhole(aside, 'settings-shared');
    expect(new Set(aside.map((each) => each.project_path)).size).toBe(1);
  });

  it('are not read by the client in a session started below, as init says', async () => {
    expect(await record(user, working({ cwd: join(world.project, 'src') }), world)).toEqual([]);
  });

  it('record in a clone with a space and an umlaut in its path', async () => {
    const clone = join(world.home, 'Meine Bücher/shop');
    git(world.home, 'clone', '-q', world.project, clone);
    const records = await record(user, working({ cwd: clone }), world);
    expectWhole(records, 'settings-shared');
    expect(records[0]?.project_path).toBe(clone);
  });

  it('are silent for somebody without agent-telemetry, and record after their init', async () => {
    const colleague = join(world.root, 'home/colleague');
    mkdirSync(colleague);
    const clone = join(colleague, 'shop');
    git(world.home, 'clone', '-q', world.project, clone);
    await playScenario(working({ cwd: clone, home: colleague }), world);
    expect(existsSync(resolvePaths({ HOME: colleague }).dataDir)).toBe(false);

    const other = createUser({ home: colleague, project: clone });
    const said = await other.output(['init', '--project', '--shared']);
    expect(said).not.toContain('hooks updated');
    expect(git(clone, 'status', '--porcelain').toString()).toBe('');
    try {
      await playScenario(working({ cwd: clone, home: colleague }), world);
      await other.drained();
      expectWhole(other.events(), 'settings-shared');
      expect(user.events()).toEqual([]);
    } finally {
      await endProcesses(colleague);
    }
  });

  it('and settings of the user tell each event once, and uninstall takes them out of the checkout', async () => {
    const alone = await record(user, working(), world);
    await user.output(['init', '--user']);
    const both = await record(user, working(), world);
    expect(both.length).toBe(alone.length);
    await user.output(['uninstall', '--user']);
    expect(await user.output(['uninstall', '--shared'])).toContain('removed, nothing else was in it');
    expect(existsSync(join(world.project, '.claude/hooks'))).toBe(false);
    expect(await record(user, working(), world)).toEqual([]);
  });
});

/** A machine whose managed settings and user database are ours: mounts of a process of its own, seen by nobody else. */
const CAN_MOUNT = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;

describe.skipIf(!CAN_MOUNT)('managed settings', () => {
  const machine = (managed: string): string => {
    const bin = join(world.root, 'claude');
    const [up, work] = [join(world.root, 'up'), join(world.root, 'work')];
    for (const each of [up, work]) mkdirSync(each);
    writeWorldFile(join(up, 'passwd'), `root:x:0:0:root:${world.home}:/bin/sh\n`);
    const mounts = [
      `mount -t overlay overlay -o lowerdir=/etc,upperdir=${up},workdir=${work} /etc`,
      'mkdir -p /etc/claude-code',
      `mount --bind ${managed} /etc/claude-code`,
      `exec ${CLAUDE_BIN} "$@"`,
    ];
    writeWorldFile(bin, `#!/bin/sh\nexec unshare -m sh -c '${mounts.join(' && ')}' sh "$@"\n`);
    chmodSync(bin, 0o755);
    return bin;
  };

  it('record every session of everybody, whom HOME does not mislead', async () => {
    const directory = join(world.root, 'claude-code');
    const args = ['init', '--managed', '--managed-directory', directory, '--scope', 'all'];
    const shown = await user.output([...args, '--dry-run']);
    expect(shown).toContain('allowManagedHooksOnly');
    expect(existsSync(directory)).toBe(false);
    await user.output(args);
    // What the settings name is where they really stand.
    const settings = join(directory, 'managed-settings.d/agent-telemetry.json');
    writeWorldFile(settings, readFileSync(settings, 'utf8').replaceAll(directory, '/etc/claude-code'));
    const bin = machine(directory);
    expectWhole(await record(user, working({ bin }), world), 'managed');
    const elsewhere = join(world.root, 'home/elsewhere');
    mkdirSync(elsewhere);
    expectWhole(await record(user, working({ bin, home: elsewhere, cwd: world.outside }), world), 'managed');
    expect(existsSync(join(elsewhere, '.local'))).toBe(false);
  });
});

describe('a home and a project with spaces and umlauts', () => {
  it.each(['--user', '--project', '--plugin'])('are recorded, installed with %s', async (kind) => {
    const home = join(world.root, 'home/Jörg Müller’s “Mac”');
    renameSync(world.home, home);
    const odd: World = { ...world, home, project: join(home, 'Büro & $HOME (1)') };
    renameSync(join(home, 'project'), odd.project);
    world = odd;
    user = createUser(odd);
    await user.output(['init', kind]);
    if (kind === '--plugin') installPlugin({ cwd: odd.project, home }, join(user.paths.dataDir, 'plugin'));
    await user.output(['enable']);
    const records = await record(user, working(), world);
    expectWhole(records, kind === '--plugin' ? 'plugin' : `settings-${kind.slice(2)}`);
    expect(records[0]?.project_path).toBe(odd.project);
    expect(await user.output(['timeline', records[0]?.session_id ?? ''])).toContain('echo worked');
  });

  it('may be elsewhere than the XDG directories', async () => {
    const data = join(world.root, 'Daten und Mehr');
    const env = { XDG_DATA_HOME: data };
    expect((await user.atel(['init', '--user'], { env })).exitCode).toBe(0);
    expect((await user.atel(['init', '--shared'], { env })).exitCode).toBe(0);
    await user.output(['enable']);
    await playScenario(working(), world);
    await expect
      .poll(async () => (await user.atel(['sessions', '--json'], { env })).stdout, { timeout: 20_000 })
      .toContain('"session_id"');
    const { queueDir } = resolvePaths({ HOME: world.home, ...env });
    await expect.poll(() => readdirSync(queueDir).length, { timeout: 20_000 }).toBe(0);
    expect(existsSync(user.paths.queueDir)).toBe(false);
  });
});

describe('clients of other versions', () => {
  /** The last one before exec form, and one up to which an unknown event voids the whole settings file. */
  it.each(['2.1.138', '2.1.100'])('%s is recorded by each kind of installation', async (version) => {
    const clients = join(resolvePaths(processEnv()).cacheDir, 'clients');
    const bin = await installClient(version, clients, (line) => process.stderr.write(`${line}\n`));
    const env = { PATH: `${dirname(bin)}:/usr/local/bin:/usr/bin:/bin` };
    await user.output(['enable']);
    for (const [kind, name] of [
      ['--user', 'settings-user'],
      ['--project', 'settings-project'],
      ['--shared', 'settings-shared'],
    ] as const) {
      expect((await user.atel(['init', kind], { env })).stdout).toContain(`Claude Code ${version}`);
      expectWhole(await record(user, working({ bin }), world), name);
      await user.output(['uninstall', kind]);
    }
    rmSync(join(world.home, '.claude'), { recursive: true, force: true });
    expect((await user.atel(['init', '--plugin'], { env })).exitCode).toBe(0);
    installPlugin({ cwd: world.project, home: world.home, bin }, join(user.paths.dataDir, 'plugin'));
    expectWhole(await record(user, working({ bin }), world), 'plugin');
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });
});
