/** The forwarder that the hooks start: what it survives, what it inherits, when it leaves and who takes over. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { hookCopyPath } from '../../src/capture/hook-copy.ts';
import { updateConfigFile } from '../../src/config/load.ts';
import { loadInstall } from '../../src/platform/install-id.ts';
import { startTimeOf } from '../../src/platform/processes.ts';
import { type AtelUser, createUser, eventually, record } from '../helpers/atel.ts';
import { startClaude } from '../helpers/claude-client.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { environOf, processesOf } from '../helpers/processes.ts';
import { draft, writeJournal } from '../helpers/records.ts';
import {
  call,
  createWorld,
  removeWorld,
  type Scenario,
  session,
  type World,
  writeWorldFile,
} from '../helpers/scenario.ts';

/** What a process inherited can be seen there only. */
const hasProc = existsSync('/proc/self/environ');

let world: World;
let user: AtelUser;

beforeEach(async () => {
  world = createWorld();
  user = createUser(world);
  await user.output(['init', '--project']);
  await user.output(['enable']);
});
afterEach(() => removeWorld(world));

const short = session([call('Bash', { command: 'echo short' })]);

/** Pids of all forwarders that ever led. */
function leaders(): readonly unknown[] {
  return user
    .records()
    .filter((each) => each.action_details?.kind === 'forwarder_start')
    .map((each) => each.action_details?.['pid']);
}

function hooksSeen(): readonly string[] {
  return user.events().map((each) => each.hook_event);
}

function journalSize(): number {
  if (!existsSync(user.paths.journalDir)) return 0;
  const files = readdirSync(user.paths.journalDir).map((name) => join(user.paths.journalDir, name));
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

describe('the forwarder', () => {
  it.runIf(hasProc)('outlives the client, with a short environment and no file size limit', async () => {
    const NODE_OPTIONS = '--require /nonexistent';
    const settings = JSON.stringify({ env: { NODE_OPTIONS } });
    writeWorldFile(join(world.project, '.claude/settings.json'), settings);
    await record(user, short, world, { env: { NODE_OPTIONS, ATEL_ENDPOINT: 'http://127.0.0.1:9' } });
    expect(hooksSeen()).toContain('SessionEnd');

    const pid = user.forwarder() ?? 0;
    expect(leaders()).toEqual([pid]);
    // Some shells tell a program of themselves, and the last one on the way to it is a shell.
    const environment = environOf(pid).filter((each) => !/^(?:PWD|OLDPWD|SHLVL|_)=/.test(each));
    expect(environment).toEqual([`HOME=${world.home}`, 'PATH=/usr/local/bin:/usr/bin:/bin']);
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    expect(limits).toMatch(/^Max file size +unlimited +unlimited/m);
    expect(readFileSync(`/proc/${pid}/cwd/install.json`, 'utf8')).toContain('install_id');
  });

  it.runIf(hasProc)('outlives the time-out of the hook that started it', async () => {
    const file = join(world.project, '.claude/settings.local.json');
    const settings = z
      .looseObject({ hooks: z.looseObject({}) })
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    const hook = hookCopyPath(user.paths, 'settings-project');
    // Our hook, and something beside it that is too slow: the client kills them together.
    const slow = `'${hook}' SessionStart settings-project; sleep 61 & sleep 62`;
    const SessionStart = [{ hooks: [{ type: 'command', command: slow, timeout: 3 }] }];
    writeFileSync(file, JSON.stringify({ ...settings, hooks: { ...settings.hooks, SessionStart } }));

    const before = performance.now();
    await record(user, short, world);
    expect(performance.now() - before).toBeGreaterThan(3000);
    expect(hooksSeen()).toEqual(expect.arrayContaining(['SessionStart', 'PostToolUse', 'SessionEnd']));
    expect(leaders()).toEqual([user.forwarder()]);
    await eventually('nothing else is left', () => processesOf(world.home).length === 1);
  });

  it('outlives a client that is killed in the middle of a call, and records the next session', async () => {
    const killedInACall: Scenario = {
      name: 'killed',
      scripts: () => ({ endless: [call('Bash', { command: 'tail -f /dev/null' })] }),
      async play({ options }) {
        const running = startClaude(
          options({ prompt: 'Go. script:endless', args: ['--allowedTools', 'Bash'] }),
        );
        await eventually('the call has begun', () => hooksSeen().includes('PreToolUse'));
        process.kill(running.pid, 'SIGKILL');
        expect(await running.result).toMatchObject({ signal: 'SIGKILL' });
      },
    };
    await record(user, killedInACall, world);
    const killed = hooksSeen();
    expect(killed).toEqual(expect.arrayContaining(['SessionStart', 'UserPromptSubmit', 'PreToolUse']));
    expect(killed).not.toContain('SessionEnd');
    await record(user, short, world);
    expect(hooksSeen().slice(killed.length)).toEqual(expect.arrayContaining(['SessionStart', 'SessionEnd']));
    expect(leaders()).toEqual([user.forwarder()]);
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });

  it('writes a journal file beyond the hook’s limit of 64 MiB', async () => {
    const segmentBytes = 1_073_741_824;
    updateConfigFile(user.paths.configFile, [[['forwarder', 'segment_bytes'], segmentBytes]]);
    const { installId } = loadInstall(user.paths);
    const filler = 'x'.repeat(40_000);
    const drafts = Array.from({ length: 1700 }, (_, second) => draft(second, { raw_input: { filler } }));
    writeJournal(user.paths.journalDir, drafts, { installId, segmentBytes, batch: 100 });
    const before = journalSize();
    expect(before).toBeGreaterThan(67_108_864);

    await record(user, short, world);
    expect(hooksSeen().slice(drafts.length)).toEqual(expect.arrayContaining(['SessionStart', 'SessionEnd']));
    expect(readdirSync(user.paths.journalDir).filter((name) => name.endsWith('.jsonl')).length).toBe(1);
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });

  it('leaves when idle, and the next session starts another one', async () => {
    updateConfigFile(user.paths.configFile, [[['forwarder', 'idle_seconds'], 1]]);
    await record(user, short, world);
    const [first] = leaders();
    await eventually('it leaves', () => user.forwarder() === undefined);
    expect(existsSync(user.paths.pidFile)).toBe(false);
    expect(user.records().at(-1)?.action_details).toMatchObject({ kind: 'forwarder_stop', reason: 'idle' });

    const before = hooksSeen().length;
    await record(user, short, world);
    expect(hooksSeen().slice(before)).toEqual(expect.arrayContaining(['SessionStart', 'SessionEnd']));
    expect(leaders().length).toBeGreaterThan(1);
    expect(leaders().slice(1)).not.toContain(first);
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });
});

describe('a second forwarder', () => {
  it('leaves at once and says so', async () => {
    const leader = await user.launchForwarder();
    const before = performance.now();
    const second = await user.atel(['forward']);
    expect(second).toMatchObject({
      exitCode: 0,
      stderr: `another forwarder runs (pid ${leader}); nothing to do\n`,
    });
    expect(performance.now() - before).toBeLessThan(5000);
    expect(user.forwarder()).toBe(leader);
  });

  it('with --once ends when what was spooled is journaled, and not before', async () => {
    const leader = await user.launchForwarder();
    process.kill(leader, 'SIGSTOP');
    const ids = spoolEvents(user.paths.queueDir, { project: world.project, count: 100 });
    let ended = false;
    const once = user.atel(['forward', '--once']).finally(() => (ended = true));
    await sleep(2000);
    expect(ended).toBe(false);
    process.kill(leader, 'SIGCONT');
    expect(await once).toMatchObject({ exitCode: 0, stderr: '' });
    expect(new Set(user.events().map(({ id }) => id))).toEqual(new Set(ids));
    expect(leaders()).toEqual([leader]);
  });
});

describe('a forwarder that is killed between reading and removing', () => {
  it('leaves every event in the journal exactly once, after any number of kills', async () => {
    const ids = spoolEvents(user.paths.queueDir, { project: world.project, count: 6000 });
    for (let kill = 0; kill < 3; kill++) {
      const pid = await user.launchForwarder();
      const before = journalSize();
      await eventually('a batch is being written', () => journalSize() > before + 4096);
      process.kill(pid, 'SIGKILL');
      await eventually('it is gone', () => startTimeOf(pid) === undefined);
    }
    expect(readdirSync(user.paths.queueDir).length).toBeGreaterThan(0);
    await user.output(['forward', '--once']);
    expect(readdirSync(user.paths.queueDir)).toEqual([]);
    const journaled = user.events().map(({ id }) => id);
    expect(journaled.length).toBe(ids.length);
    expect(new Set(journaled)).toEqual(new Set(ids));
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });
});
