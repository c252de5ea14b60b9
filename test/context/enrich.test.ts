import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { enrich } from '../../src/context/enrich.ts';
import { spanIdOf, traceIdOf } from '../../src/context/ids.ts';
import { createRegistry } from '../../src/context/registry.ts';
import type { Surroundings } from '../../src/context/surroundings.ts';
import { understand } from '../../src/event/hook-event.ts';
import type { DraftRecord } from '../../src/journal/record.ts';
import { loadPayloads, type RecordedPayload } from '../helpers/payloads.ts';

function surroundings(sessionState: Surroundings['sessionState']): Surroundings {
  const parsed = parseConfig({ agent: { group: 'team-alpha' } });
  if (!parsed.ok) throw new Error(parsed.problem);
  return {
    installId: '11111111-2222-4333-8444-555555555555',
    host: 'box',
    user: 'dev',
    telemetryVersion: '0.1.0',
    config: parsed.config,
    sessionState,
    gitTopLevel: () => undefined,
    processUsage: () => undefined,
  };
}

/** What capture.sh would have put into the header. */
function headerOf({ env, payload }: RecordedPayload, marker: string | undefined): Record<string, string> {
  const names = {
    agent: 'AI_AGENT',
    pid: 'CLAUDE_PID',
    project_dir: 'CLAUDE_PROJECT_DIR',
    session_id: 'CLAUDE_CODE_SESSION_ID',
    effort: 'CLAUDE_EFFORT',
    traceparent: 'TRACEPARENT',
    parent_session: 'ATEL_PARENT_SESSION',
    root_session: 'ATEL_ROOT_SESSION',
    entrypoint: 'CLAUDE_CODE_ENTRYPOINT',
  };
  const header = Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => (env[name] ? [[key, env[name]]] : [])),
  );
  const inside = marker !== undefined && String(payload['cwd']).startsWith(marker);
  if (inside) return { ...header, marker, active: 'marker' };
  return { ...header, active: header['parent_session'] ? 'parent' : 'session' };
}

function replay(scenario: string, marker: string | undefined): readonly DraftRecord[] {
  const registry = createRegistry();
  const around = surroundings((id) => registry.session(id));
  return loadPayloads('2.1.330', scenario).map((recorded, index) => {
    const capture = {
      id: `id-${index}`,
      timestamp: `2026-11-22T20:00:00.${String(index).padStart(9, '0')}Z`,
      installation: 'settings-project',
      header: headerOf(recorded, marker),
      audit: { commit: 'ok' as const },
    };
    const draft = enrich(understand(recorded.payload, recorded.event), capture, around);
    registry.observe(draft);
    return draft;
  });
}

describe('enrich, on the real client’s sessions', () => {
  const everything = replay('everything', '/home/dev/project');
  const callOf = (id: string | undefined) =>
    everything.filter((draft) => draft.correlation?.tool_use_id === id);

  it('gives every record project, agent, session and trace', () => {
    for (const draft of everything) {
      expect(draft).toMatchObject({
        project_name: 'project',
        project_path: '/home/dev/project',
        telemetry_enabled: true,
        agent_context: { agent_group: 'team-alpha' },
        correlation: { trace_id: traceIdOf(draft.session_context?.root_session ?? '') },
        metadata: { claude_version: '2.1.330', entrypoint: 'sdk-cli' },
      });
    }
  });

  it('gives both ends of a call one span', () => {
    const pre = everything.find((draft) => draft.hook_event === 'PreToolUse' && draft.tool_name === 'Edit');
    const spans = callOf(pre?.correlation?.tool_use_id).map((draft) => draft.correlation?.span_id);
    expect(spans.length).toBeGreaterThan(1);
    expect(new Set(spans).size).toBe(1);
  });

  it('tells each refused call of a batch apart', () => {
    const outcomes = everything.flatMap((draft) => draft.action_details?.calls ?? []);
    const told = outcomes
      .filter((call) => call.outcome !== 'success')
      .map((call) => `${call.tool_name} ${call.outcome}`);
    expect(told).toEqual(
      expect.arrayContaining([
        'Teleport unknown_tool',
        'Read invalid_input',
        'Bash denied',
        'Bash failure',
        'Edit invalid_input',
      ]),
    );
    expect(told.filter((line) => line === 'Bash denied').length).toBeGreaterThanOrEqual(3);
    expect(told).not.toContain(expect.stringContaining('rejected'));
  });

  it('puts a subagent’s calls under the subagent, and the subagent under the call that started it', () => {
    const spawned = everything.find((draft) => draft.action_details?.spawned_agent_id !== undefined);
    const agent = spawned?.action_details?.spawned_agent_id ?? '';
    const session = spawned?.session_id ?? '';
    const own = everything.filter((draft) => draft.agent_context?.agent_id === agent);
    const call = own.find((draft) => draft.hook_event === 'PreToolUse');
    expect(call?.correlation?.parent_span_id).toBe(spanIdOf(session, `agent:${agent}`));
    const stop = own.find((draft) => draft.hook_event === 'SubagentStop');
    expect(stop?.correlation?.parent_span_id).toBe(
      spanIdOf(session, `tool:${spawned?.correlation?.tool_use_id}`),
    );
    expect(spawned?.correlation?.evidence).toBe('reported');
  });

  it('joins a nested client to its parent’s tree', () => {
    const records = replay('nested', undefined);
    const sessions = [...new Set(records.map((draft) => draft.session_id ?? ''))];
    const [outer = '', inner = ''] = sessions;
    const nested = records.filter((draft) => draft.session_id === inner);
    for (const draft of nested) {
      expect(draft.session_context).toMatchObject({
        parent_session: outer,
        root_session: outer,
        session_hierarchy: [outer, inner],
        coordination_level: 1,
      });
      expect(draft.correlation?.trace_id).toBe(traceIdOf(outer));
    }
    const first = nested.find((draft) => draft.hook_event === 'SessionStart');
    expect(first?.correlation).toMatchObject({
      parent_span_id: spanIdOf(outer, 'session'),
      evidence: 'declared',
    });
  });

  it('repeats the SuperClaude context on every record of the prompt', () => {
    const records = replay('superclaude', '/home/dev/project').filter(
      (draft) => draft.correlation?.prompt_id !== undefined,
    );
    expect(records.length).toBeGreaterThan(8);
    for (const draft of records) {
      expect(draft.metadata?.superclaude).toEqual({
        command: 'sc:implement',
        persona: ['architect'],
        flags: ['think-hard', 'c7', 'uc'],
      });
    }
  });

  it('counts calls that run at once', () => {
    const most = Math.max(...everything.map((draft) => draft.resource_usage?.concurrent_operations ?? 0));
    expect(most).toBeGreaterThanOrEqual(2);
  });
});

describe('createRegistry', () => {
  it('is the same after a snapshot as after the records', () => {
    const records = replay('named-agent', '/home/dev/project');
    const [through, halfway] = [createRegistry(), createRegistry()];
    for (const record of records) through.observe(record);
    for (const record of records.slice(0, 10)) halfway.observe(record);
    const resumed = createRegistry(halfway.snapshot());
    for (const record of records.slice(10)) resumed.observe(record);
    expect(JSON.parse(resumed.snapshot())).toEqual(JSON.parse(through.snapshot()));
  });

  it('takes a damaged snapshot for none', () => {
    expect(createRegistry('{"sessions":[["x"]]}').session('x')).toBeUndefined();
  });
});

describe('refused calls of the real client', () => {
  it('calls them denied, and nothing else', () => {
    const told = replay('refusals', '/home/dev/project')
      .flatMap((draft) => draft.action_details?.calls ?? [])
      .filter((call) => call.outcome !== 'success')
      .map((call) => `${call.tool_name} ${call.outcome}`);
    expect(told).toMatchInlineSnapshot(`
      [
        "Write denied",
        "Edit denied",
        "Write denied",
        "Read denied",
        "Grep denied",
        "Bash denied",
        "Bash denied",
        "Bash denied",
        "Bash denied",
        "mcp__notes__echo denied",
        "WebFetch denied",
        "Bash denied",
        "Bash denied",
        "Read denied",
        "Write denied",
        "Bash denied",
        "mcp__notes__fail unknown_tool",
        "WebFetch denied",
        "Agent failure",
        "NotebookEdit unknown_tool",
        "Skill denied",
        "Bash denied",
        "Bash invalid_input",
        "Bash invalid_input",
        "Read failure",
        "Read failure",
        "Glob failure",
        "Grep failure",
        "Bash failure",
        "Agent failure",
        "Skill invalid_input",
        "TaskStop invalid_input",
        "mcp__nobody__echo unknown_tool",
      ]
    `);
  });
});
