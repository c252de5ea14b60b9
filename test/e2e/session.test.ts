/** One session of the real client, through hooks, spool, journal, the real Collector, its backup file and the real Loki. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AtelRecord } from '../../src/journal/record.ts';
import { arrivedInSinks, type AtelUser, createUser, stackDirOf, useStack } from '../helpers/atel.ts';
import { everything } from '../helpers/scenario-everything.ts';
import { createWorld, playScenario, removeWorld, type World } from '../helpers/scenario.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const SOURCES = ['journal', 'backup', 'loki'] as const;

describe.skipIf(!stackParts)('a session of the real client', () => {
  let world: World;
  let stack: TestStack;
  let user: AtelUser;
  let session = '';

  const lines = async (source: string, args: readonly string[] = []): Promise<readonly string[]> =>
    (await user.output(['query', '--json', '--source', source, ...args])).split('\n').filter(Boolean);

  beforeAll(async () => {
    world = createWorld();
    stack = await startStack({ dir: stackDirOf(world) });
    user = createUser(world);
    everything.prepare?.(world);
    await user.output(['init', '--project']);
    useStack(user, stack);
    await user.output(['enable']);
    await playScenario(everything, world);
    await user.drained();
    session = user.events()[0]?.session_id ?? '';
    await arrivedInSinks(user);
  });

  afterAll(async () => {
    await user.stopForwarder();
    await stack.stop();
    await removeWorld(world);
  });

  it('is the same, byte for byte, from journal, backup file and Loki', async () => {
    const [journal, backup, loki] = await Promise.all(
      SOURCES.map((source) => lines(source, ['--session', session])),
    );
    expect(journal?.length).toBeGreaterThan(90);
    expect(backup).toEqual(journal);
    expect(loki).toEqual(journal);
  });

  it('has the same timeline, sessions and findings from all three', async () => {
    for (const command of [['timeline', session], ['sessions'], ['findings']]) {
      const [journal, backup, loki] = await Promise.all(
        SOURCES.map((source) => user.output([...command, '--source', source])),
      );
      expect(backup).toBe(journal);
      expect(loki).toBe(journal);
    }
  });

  it('tells every call with its outcome, in order', async () => {
    const timeline = await user.output(['timeline', session, '--csv']);
    const calls = timeline
      .split('\n')
      .slice(1)
      .filter((row) => /,(?:success|failure|denied|unknown_tool|invalid_input)/.test(row));
    expect(calls.map((row) => /(?:success|failure|denied|unknown_tool|invalid_input)/.exec(row)?.[0]))
      .toMatchInlineSnapshot(`
      [
        "success",
        "success",
        "success",
        "success",
        "failure",
        "success",
        "success",
        "success",
        "success",
        "failure",
        "denied",
        "denied",
        "unknown_tool",
        "invalid_input",
        "success",
        "denied",
        "invalid_input",
        "success",
        "success",
        "success",
        "success",
        "denied",
        "failure",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
        "success",
      ]
    `);
  });

  it('names the subagent and the read outside the project', async () => {
    const agents = new Set(user.events().map((record) => record.agent_context?.agent_id));
    expect(agents.size).toBe(3);
    const findings = await user.output(['findings']);
    expect(findings).toMatch(/outside-project-scope .*srv\/other\/plan\.md/);
    expect(findings).toMatch(/sensitive-read .*\.ssh\/id_ed25519/);
  });

  it('verifies as intact from all three', async () => {
    for (const source of SOURCES) {
      expect(await user.output(['verify', '--source', source])).toMatch(/^intact/);
    }
  });

  it('holds no content: no prompt, no file body, no tool output', () => {
    const all = JSON.stringify(user.records());
    for (const content of [
      'Look after the shop',
      'The port is 9090',
      'remember the milk',
      'Nothing to see here',
      'one of three\\n',
    ]) {
      expect(all).not.toContain(content);
    }
  });

  it('gives both ends of each call one span and every record the session’s trace', () => {
    const events = user.events();
    expect(new Set(events.map((record) => record.correlation?.trace_id)).size).toBe(1);
    const spans = new Map<string, Set<string | undefined>>();
    for (const { correlation } of events) {
      if (correlation?.tool_use_id === undefined) continue;
      spans.set(
        correlation.tool_use_id,
        (spans.get(correlation.tool_use_id) ?? new Set()).add(correlation.span_id),
      );
    }
    expect(spans.size).toBeGreaterThan(30);
    for (const ids of spans.values()) expect(ids.size).toBe(1);
  });

  it('has Loki index labels of the closed set and no others', async () => {
    const answer = await fetch(`${stack.loki.url}/loki/api/v1/labels?since=720h`);
    expect(await answer.json()).toMatchObject({
      data: expect.arrayContaining(['event_type', 'project_name', 'service_instance_id']),
    });
  });

  it('marks failure, denial and finding as WARN and all else as INFO', () => {
    const levelOf = (match: (record: AtelRecord) => boolean): string | undefined =>
      user.events().find(match)?.level;
    expect(levelOf((record) => record.hook_event === 'PostToolUseFailure')).toBe('WARN');
    expect(levelOf((record) => record.hook_event === 'SessionStart')).toBe('INFO');
  });
});
