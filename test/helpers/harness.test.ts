import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { eventsForClient } from '../../src/event/hook-events.ts';
import { runClaude, startClaude } from './claude-client.ts';
import { type Scripts, startModelServer } from './model-server.ts';
import { loadPayloads } from './payloads.ts';
import { everything } from './scenario-everything.ts';
import { FLEET, fleet } from './scenario-many.ts';
import { call, createWorld, playScenario, removeWorld, type Scenario, type World } from './scenario.ts';

const worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map(removeWorld));
});

function newWorld(): World {
  const world = createWorld();
  worlds.push(world);
  return world;
}

async function play(scenario: Scenario) {
  const world = newWorld();
  scenario.prepare?.(world);
  return playScenario(scenario, world);
}

async function serve(scripts: Scripts) {
  const world = newWorld();
  const server = await startModelServer(scripts);
  return { server, options: { cwd: world.project, home: world.home, modelUrl: server.url } };
}

describe('the model server', () => {
  it('plays a whole session, each subagent after its own script', async () => {
    const requests = await play(everything);
    const played = requests.flatMap((request) => request.played ?? []);
    const turns = (script: string) => played.filter((turn) => turn.startsWith(`${script}#`));
    expect(turns('reader')).toEqual(['reader#0', 'reader#1']);
    expect(turns('helper')).toEqual(['helper#0', 'helper#1', 'helper#2']);
    const length = everything.scripts(newWorld())['everything']?.length ?? 0;
    // The turn after the script's end answers the background agent's report.
    expect(new Set(turns('everything'))).toContain(`everything#${length}`);
  });

  it('serves five clients at once, each with its own progress', async () => {
    const requests = await play(fleet);
    const sessions = Map.groupBy(requests, (request) => request.sessionId);
    const clients = Object.values(FLEET).reduce((sum, count) => sum + count);
    expect(sessions.size).toBe(clients);
    for (const own of sessions.values())
      expect(own.map((request) => request.played)).toEqual(['work#0', 'work#1', 'work#2']);
  });

  it('makes client and test fail when a conversation leaves its script', async () => {
    const { server, options } = await serve({ short: [call('Bash', { command: 'echo one' })] });
    const result = await runClaude({
      ...options,
      prompt: 'Go. script:short',
      args: ['--allowedTools', 'Bash'],
    });
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain('script short has only 1 turns');
    await expect(server.close()).rejects.toThrow('script short has only 1 turns');
  });

  it('names a script that does not exist', async () => {
    const { server, options } = await serve({});
    expect((await runClaude({ ...options, prompt: 'Go. script:absent' })).exitCode).toBe(1);
    await expect(server.close()).rejects.toThrow('there is no script absent');
  });
});

describe('a started client', () => {
  it('can be killed in the middle of a turn', async () => {
    const { server, options } = await serve({ slow: [{ text: 'Late.', delayMillis: 60_000 }] });
    const running = startClaude({ ...options, prompt: 'Go. script:slow' });
    while (server.requests.length === 0) await delay(20);
    running.child.kill('SIGKILL');
    expect(await running.result).toMatchObject({ exitCode: null, signal: 'SIGKILL', pid: running.pid });
    await server.close();
  });

  it('is killed when it outlives its time', async () => {
    const { server, options } = await serve({ slow: [{ text: 'Late.', delayMillis: 60_000 }] });
    const run = runClaude({ ...options, prompt: 'Go. script:slow', timeoutMillis: 1500 });
    await expect(run).rejects.toThrow('ran longer than 1500 ms');
    await server.close();
  });
});

describe('the recorded payloads', () => {
  const current = loadPayloads('2.1.330');

  it('hold every event we register, but the one a headless client never fires', () => {
    const recorded = new Set(current.map(({ event }) => event));
    const missing = eventsForClient('2.1.330').filter(({ name }) => !recorded.has(name));
    expect(missing.map(({ name }) => name)).toEqual(['TeammateIdle']);
  });

  it('hold neither keys nor traces of the machine they were recorded on', () => {
    const text = JSON.stringify([current, loadPayloads('2.1.100')]);
    expect(text).not.toMatch(/\/tmp\/atel-|-tmp-atel-|\/work\/|\/root\b|ANTHROPIC|dummy/);
  });

  it('keep equal ids equal: every call begins once, and every call that ended has begun', () => {
    const idsOf = (event: string) =>
      current.filter((one) => one.event === event).map((one) => one.payload['tool_use_id']);
    const begun = idsOf('PreToolUse');
    expect(new Set(begun).size).toBe(begun.length);
    expect(begun).toEqual(expect.arrayContaining([...idsOf('PostToolUse'), ...idsOf('PostToolUseFailure')]));
  });
});
