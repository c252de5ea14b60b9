/** Which sessions of the real client are recorded, and as whose. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hookCopyPath } from '../../src/capture/hook-copy.ts';
import { spanIdOf, traceIdOf } from '../../src/context/ids.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { type AtelUser, createUser, record } from '../helpers/atel.ts';
import { loadPayloads } from '../helpers/payloads.ts';
import { processesOf } from '../helpers/processes.ts';
import { FLEET, fleet, nested, subdirectory, worktree } from '../helpers/scenario-many.ts';
import {
  call,
  createWorld,
  playScenario,
  removeWorld,
  type Scenario,
  session,
  type World,
} from '../helpers/scenario.ts';

/** Long enough for a launcher, had a hook started one, to show itself. */
const SETTLE_MILLIS = 500;

let world: World;
let user: AtelUser;

beforeEach(() => {
  world = createWorld();
  user = createUser(world);
});
afterEach(() => removeWorld(world));

/** A short session in the project, or where it is told. */
function working(cwd: string = world.project): Scenario {
  const read = call('Read', { file_path: join(world.project, 'README.md') });
  return session([read, call('Bash', { command: 'echo worked' })], { tools: 'Read,Bash', cwd });
}

/** What any trace of a recording would stand in. */
function traces(): readonly string[] {
  const { queueDir, sessionsDir, lostDir, quarantineDir } = user.paths;
  return [queueDir, sessionsDir, lostDir, quarantineDir].flatMap((directory) => readdirSync(directory));
}

function bySession(records: readonly AtelRecord[]): ReadonlyMap<string, readonly AtelRecord[]> {
  return Map.groupBy(records, (each) => each.session_id ?? 'none');
}

const processOf = (each: AtelRecord): unknown => each.metadata?.pid;
const traceOf = (each: AtelRecord): unknown => each.correlation?.trace_id;
const distinct = (values: readonly unknown[]): readonly unknown[] => [...new Set(values)];

describe('the marker', () => {
  it('is what makes a project recorded: nothing without it, not even a started forwarder', async () => {
    await user.output(['init', '--user']);
    await playScenario(working(), world);
    await sleep(SETTLE_MILLIS);
    expect(traces()).toEqual([]);
    expect(existsSync(user.paths.journalDir)).toBe(false);
    expect(existsSync(user.paths.logFile)).toBe(false);
    expect(processesOf(world.home)).toEqual([]);

    await user.output(['enable']);
    const recorded = await record(user, working(), world);
    expect(recorded.map((each) => each.hook_event)).toEqual(
      expect.arrayContaining(['SessionStart', 'PreToolUse', 'PostToolUse', 'Stop', 'SessionEnd']),
    );
    expect(distinct(recorded.map((each) => each.metadata?.active))).toEqual(['marker']);

    expect(await user.output(['disable'])).toContain('.telemetry-enabled: removed');
    expect(await record(user, working(), world)).toEqual([]);
    await sleep(SETTLE_MILLIS);
    expect(readdirSync(user.paths.sessionsDir)).toEqual([...bySession(recorded).keys()]);
  });

  it('counts from any directory below it, and names the project', async () => {
    await user.output(['init', '--project']);
    await user.output(['enable']);
    const recorded = await record(user, subdirectory, world);
    expect(bySession(recorded).size).toBe(1);
    expect(recorded.map((each) => each.hook_event)).toContain('SessionEnd');
    expect(distinct(recorded.map((each) => each.project_path))).toEqual([world.project]);
  });

  it.each(['--user', '--project'])('counts in a worktree of the project, installed with %s', async (kind) => {
    await user.output(['init', kind]);
    await user.output(['enable']);
    const recorded = await record(user, worktree, world);
    expect(recorded.map((each) => each.hook_event)).toContain('PostToolUse');
    expect(distinct(recorded.map((each) => each.project_path))).toEqual([world.project]);
  });

  it('may go during a session: the session stays recorded with one finding, the next one is not', async () => {
    await user.output(['init', '--user']);
    await user.output(['enable']);
    const removing = session([
      call('Bash', { command: 'echo before' }),
      () => {
        rmSync(join(world.project, '.telemetry-enabled'), { force: true });
        return call('Bash', { command: 'echo after' });
      },
      call('Bash', { command: 'echo long after' }),
    ]);
    const recorded = await record(user, removing, world);
    expect(bySession(recorded).size).toBe(1);
    const commands = recorded.flatMap((each) =>
      each.hook_event === 'PostToolUse' ? [each.action_details?.command] : [],
    );
    expect(commands).toEqual(['echo before', 'echo after', 'echo long after']);
    expect(recorded.at(-1)?.hook_event).toBe('SessionEnd');
    const found = recorded.filter((each) =>
      each.security?.findings?.some(({ rule }) => rule === 'marker-removed'),
    );
    expect(found.map((each) => [each.hook_event, each.action_details?.command])).toEqual([
      ['PreToolUse', 'echo after'],
    ]);
    expect(distinct(recorded.map((each) => each.project_path))).toEqual([world.project]);
    expect(recorded.at(-1)).toMatchObject({ telemetry_enabled: false, metadata: { active: 'session' } });

    expect(await record(user, working(), world)).toEqual([]);
  });

  it('is not needed with scope all: the git top level is the project, else the directory itself', async () => {
    await user.output(['init', '--user', '--scope', 'all']);
    const inside = await record(user, working(join(world.project, 'src')), world);
    expect(distinct(inside.map((each) => each.project_path))).toEqual([world.project]);
    expect(distinct(inside.map((each) => each.metadata?.active))).toEqual(['all']);
    const outside = await record(user, working(world.outside), world);
    expect(outside.map((each) => each.hook_event)).toContain('SessionEnd');
    expect(distinct(outside.map((each) => each.project_path))).toEqual([world.outside]);
  });
});

describe('a client started by a recorded session', () => {
  it('is recorded as its child in an unmarked directory, in the same trace', async () => {
    await user.output(['init', '--user']);
    await user.output(['enable']);
    const sessions = bySession(await record(user, nested, world));
    const [outer = '', inner = ''] = [...sessions.keys()];
    expect(sessions.size).toBe(2);
    const child = sessions.get(inner) ?? [];
    expect(child.map((each) => each.hook_event)).toEqual(
      expect.arrayContaining(['SessionStart', 'PreToolUse', 'PostToolUse', 'SessionEnd']),
    );
    for (const each of child) {
      expect(each).toMatchObject({
        project_path: world.outside,
        session_context: {
          parent_session: outer,
          root_session: outer,
          session_hierarchy: [outer, inner],
          coordination_level: 1,
        },
        metadata: { active: 'parent' },
      });
    }
    expect(child[0]?.correlation).toMatchObject({
      evidence: 'declared',
      parent_span_id: spanIdOf(outer, 'session'),
    });
    const all = [...sessions.values()].flat();
    expect(distinct(all.map((each) => each.correlation?.trace_id))).toEqual([traceIdOf(outer)]);
  });
});

describe('five clients at once in three projects', () => {
  it('are five sessions, each with its own project, process, trace and gapless chain', async () => {
    fleet.prepare?.(world);
    await user.output(['init', '--user']);
    for (const name of Object.keys(FLEET)) await user.output(['enable', join(world.home, name)]);
    const sessions = [...bySession(await record(user, fleet, world)).values()];

    const projects = sessions.map((records) => distinct(records.map((each) => each.project_path)));
    expect(projects.every((each) => each.length === 1)).toBe(true);
    const clientsOf = (name: string) =>
      projects.flat().filter((project) => project === join(world.home, name)).length;
    expect(Object.fromEntries(Object.keys(FLEET).map((name) => [name, clientsOf(name)]))).toEqual(FLEET);
    for (const key of [processOf, traceOf]) {
      const values = sessions.map((records) => distinct(records.map(key)));
      expect(values.every((each) => each.length === 1)).toBe(true);
      expect(new Set(values.flat()).size).toBe(5);
    }
    for (const records of sessions) {
      expect(records.map((each) => each.audit.sseq)).toEqual(records.map((_, index) => index + 1));
      expect(records[0]?.hook_event).toBe('SessionStart');
      expect(records.at(-1)?.hook_event).toBe('SessionEnd');
      const read = records.find((each) => each.tool_name === 'Read')?.action_details?.file_path;
      expect(read).toBe(join(records[0]?.project_path ?? '', 'README.md'));
      for (const each of records) {
        expect(each.raw_input).toMatchObject({ session_id: each.session_id });
      }
    }
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });
});

describe('hooks in the user’s and in the project’s settings', () => {
  beforeEach(async () => {
    await user.output(['init', '--user']);
    await user.output(['init', '--project']);
    await user.output(['enable']);
  });

  it('tell each event of a session once', async () => {
    const recorded = await record(user, working(), world);
    const about = recorded.map(({ hook_event: event, correlation, action_details: details }) =>
      [event, correlation?.tool_use_id ?? details?.calls?.[0]?.tool_use_id].join(' '),
    );
    expect(about).toContain('SessionStart ');
    expect(about).toEqual(distinct(about));
    await user.stopForwarder();
    const stops = user.records().filter((each) => each.action_details?.kind === 'forwarder_stop');
    const duplicates = stops.map((each) => Number(each.action_details?.['duplicates']));
    expect(duplicates.reduce((sum, each) => sum + each, 0)).toBe(recorded.length);
  });

  it('tell identical events of one installation apart', async () => {
    const payload = loadPayloads('2.1.330').find(({ event }) => event === 'Notification')?.payload;
    for (const installation of ['settings-user', 'settings-project', 'settings-user']) {
      const hook = hookCopyPath(user.paths, installation);
      const env = { CLAUDE_PROJECT_DIR: world.project };
      const ran = spawnSync(hook, ['Notification', installation], { input: JSON.stringify(payload), env });
      expect(ran.status).toBe(0);
    }
    await user.output(['forward', '--once']);
    const recorded = user.events();
    expect(recorded.map((each) => each.hook_event)).toEqual(['Notification', 'Notification']);
    expect(distinct(recorded.map((each) => each.audit.source_hmac)).length).toBe(1);
  });
});
