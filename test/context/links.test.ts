/** Events by hand: whose child a session or an agent is, by which word, and what is remembered between events. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { enrich } from '../../src/context/enrich.ts';
import { parseTraceparent, spanIdOf, traceIdOf } from '../../src/context/ids.ts';
import { createRegistry } from '../../src/context/registry.ts';
import { understand } from '../../src/event/hook-event.ts';
import type { DraftRecord } from '../../src/journal/record.ts';

type Fields = Readonly<Record<string, unknown>>;
type Header = Readonly<Record<string, string>>;

/** What a host knows that has seen the events told so far. */
function createHost() {
  const registry = createRegistry();
  const parsed = parseConfig({});
  if (!parsed.ok) throw new Error(parsed.problem);
  const around = {
    installId: '11111111-2222-4333-8444-555555555555',
    host: 'box',
    user: 'dev',
    telemetryVersion: '0.1.0',
    config: parsed.config,
    sessionState: (id: string) => registry.session(id),
    gitTopLevel: (path: string) => (path.startsWith('/git/repo') ? '/git/repo' : undefined),
    processUsage: () => undefined,
  };
  const tell = (name: string, fields: Fields = {}, header: Header = {}): DraftRecord => {
    const capture = { id: 'id', timestamp: 't', installation: 's', header, audit: { commit: 'ok' as const } };
    const draft = enrich(
      understand({ session_id: 's', hook_event_name: name, ...fields }, name),
      capture,
      around,
    );
    registry.observe(draft);
    return draft;
  };
  const call = (name: string, tool_use_id: string, fields: Fields = {}): DraftRecord =>
    tell(name, { tool_name: 'Bash', tool_use_id, tool_input: {}, ...fields });
  return { registry, tell, call };
}

describe('a session that another one has started', () => {
  it('is declared by its hook, and stays its parent’s child on the events that do not say so', () => {
    const { tell } = createHost();
    const [first, later] = [{ parent_session: 'mum', root_session: 'gran' }, {}].map((header) =>
      tell('SessionStart', {}, header),
    );
    for (const draft of [first, later])
      expect(draft).toMatchObject({
        session_context: {
          parent_session: 'mum',
          root_session: 'gran',
          session_hierarchy: ['gran', 'mum', 's'],
          coordination_level: 2,
        },
        correlation: { trace_id: traceIdOf('gran'), parent_span_id: spanIdOf('mum', 'session') },
      });
    expect([first?.correlation?.evidence, later?.correlation?.evidence]).toEqual(['declared', undefined]);
  });

  it('is in the tree that its parent is known to be in, whatever its own hook was told', () => {
    const { tell } = createHost();
    tell('SessionStart', { session_id: 'mum' }, { parent_session: 'gran', root_session: 'gran' });
    const { session_context: tree } = tell(
      'SessionStart',
      {},
      { parent_session: 'mum', root_session: 'other' },
    );
    expect(tree).toMatchObject({ root_session: 'gran', session_hierarchy: ['gran', 'mum', 's'] });
  });

  it.each([
    ['what is no id', 'mum; rm -rf /'],
    ['itself', 's'],
  ])('has no parent when that is %s', (_what, parent_session) => {
    const { session_context: tree, correlation } = createHost().tell('SessionStart', {}, { parent_session });
    expect(tree).toEqual({
      session_id: 's',
      root_session: 's',
      session_hierarchy: ['s'],
      coordination_level: 0,
    });
    expect(correlation).toEqual({ trace_id: traceIdOf('s'), span_id: spanIdOf('s', 'session') });
  });

  it('has its parent for a root when the declared one is no id', () => {
    const header = { parent_session: 'mum', root_session: '$(x)' };
    const { session_context: tree } = createHost().tell('SessionStart', {}, header);
    expect(tree).toMatchObject({ root_session: 'mum', session_hierarchy: ['mum', 's'] });
  });

  it('stands once in a tree that goes in a circle', () => {
    const { tell } = createHost();
    tell('SessionStart', { session_id: 'mum' }, { parent_session: 's' });
    const { session_context: tree } = tell('SessionStart', {}, { parent_session: 'mum' });
    expect(tree?.session_hierarchy).toEqual(['mum', 's']);
  });
});

describe('a subagent', () => {
  const agent = { tool_name: 'Agent', tool_input: { subagent_type: 'Explore', prompt: 'look' } };
  const done = { ...agent, tool_response: { agentId: 'a' } };
  const linkOf = ({ correlation }: DraftRecord): unknown[] => [
    correlation?.evidence,
    correlation?.parent_span_id,
  ];
  const under = (call: string): string => spanIdOf('s', `tool:${call}`);
  const NONE = [undefined, spanIdOf('s', 'session')];

  it.each(['Agent', 'Task'])(
    'is inferred from the one %s call that is open, then reported by its end',
    (tool_name) => {
      const { tell, call } = createHost();
      call('PreToolUse', 't1', { ...agent, tool_name });
      tell('SubagentStart', { agent_id: 'a' });
      const inferred = tell('SubagentStop', { agent_id: 'a' });
      expect(linkOf(inferred)).toEqual(['inferred', under('t1')]);
      expect(inferred).toMatchObject({
        agent_context: { agent_id: 'a', agent_role: 'secondary' },
        correlation: { task_delegation: { delegated_from: 'main' } },
      });
      expect(call('PostToolUse', 't1', { ...done, tool_name }).correlation?.evidence).toBe('reported');
      expect(linkOf(tell('SubagentStop', { agent_id: 'a' }))).toEqual(['reported', under('t1')]);
    },
  );

  it('is nobody’s when several calls are open', () => {
    const { tell, call } = createHost();
    for (const id of ['t1', 't2']) call('PreToolUse', id, agent);
    tell('SubagentStart', { agent_id: 'a' });
    expect(linkOf(tell('SubagentStop', { agent_id: 'a' }))).toEqual(NONE);
  });

  it('is not given to another call when it starts again', () => {
    const { tell, call } = createHost();
    call('PostToolUse', 't1', done);
    call('PreToolUse', 't2', agent);
    tell('SubagentStart', { agent_id: 'a' });
    expect(linkOf(tell('SubagentStop', { agent_id: 'a' }))).toEqual(['reported', under('t1')]);
  });

  it.each([
    ['has ended', 'PostToolUse'],
    ['was left open by the prompt before', 'UserPromptSubmit'],
  ])('is not kept from its call by one that %s', (_what, between) => {
    const { tell, call } = createHost();
    call('PreToolUse', 't1', agent);
    call(between, 't1', { ...agent, tool_response: {} });
    call('PreToolUse', 't2', agent);
    tell('SubagentStart', { agent_id: 'a' });
    expect(linkOf(tell('SubagentStop', { agent_id: 'a' }))).toEqual(['inferred', under('t2')]);
  });
});

describe('between its events a session keeps', () => {
  it('the prompt, under which its other events stand, but for its end', () => {
    const { tell } = createHost();
    tell('UserPromptSubmit', { prompt_id: 'p', prompt: 'hi' });
    expect(tell('Stop').correlation).toMatchObject({ prompt_id: 'p', span_id: spanIdOf('s', 'prompt:p') });
    expect(tell('SessionEnd').correlation?.span_id).toBe(spanIdOf('s', 'session'));
  });

  it('the calls that are open, until a prompt or their batch ends them', () => {
    const { tell, call } = createHost();
    const open = (): unknown => tell('Notification').resource_usage?.['concurrent_operations'];
    const batch = { tool_calls: [{ tool_use_id: 't2', tool_name: 'Bash', tool_response: 'x' }] };
    call('PreToolUse', 't1');
    expect(open()).toBe(1);
    tell('UserPromptSubmit', { prompt: 'hi' });
    expect(open()).toBe(0);
    call('PreToolUse', 't2');
    tell('PostToolBatch', batch);
    expect(open()).toBe(0);
  });

  it('which calls had begun: what the client says of them means something else', () => {
    const { tell, call } = createHost();
    call('PreToolUse', 'begun');
    const text = '<tool_use_error>no</tool_use_error>';
    const tool_calls = ['begun', 'never'].map((tool_use_id) => ({
      tool_use_id,
      tool_name: 'Bash',
      tool_response: text,
    }));
    const { action_details: details, level } = tell('PostToolBatch', { tool_calls });
    expect(level).toBe('WARN');
    expect(details?.calls?.map(({ outcome }) => outcome)).toEqual(['rejected', 'invalid_input']);
  });

  it('its effort, and SuperClaude’s words until another prompt', () => {
    const { tell } = createHost();
    tell(
      'UserPromptExpansion',
      { prompt_id: 'p', command_name: 'sc:build', command_args: '--uc' },
      { effort: 'high' },
    );
    const same = tell('UserPromptSubmit', { prompt_id: 'p', prompt: 'expanded' });
    expect(same.metadata).toMatchObject({
      effort: 'high',
      superclaude: { command: 'sc:build', flags: ['uc'] },
    });
    expect(tell('UserPromptSubmit', { prompt_id: 'q', prompt: 'hi' }).metadata).not.toHaveProperty(
      'superclaude',
    );
  });

  it('whether it was marked: only then is it told that the marker is gone', () => {
    const marked = createHost();
    marked.tell('SessionStart', {}, { marker: '/p', active: 'marker' });
    const gone = [1, 2].map(() => marked.tell('Stop', { cwd: '/git/repo' }, { active: 'session' }));
    expect(gone.map(({ telemetry_enabled: enabled }) => enabled)).toEqual([false, false]);
    expect(marked.registry.session('s')?.marker).toBe(false);
    expect(gone.map(({ project_path: path }) => path)).toEqual(['/p', '/p']);
    const unmarked = createHost();
    unmarked.tell('SessionStart', {}, { active: 'parent', parent_session: 'mum' });
    expect(unmarked.tell('Stop', {}, { active: 'session' }).telemetry_enabled).toBe(true);
  });

  it('the last 64 directories that were added, each once', () => {
    const { tell, registry } = createHost();
    for (let i = 0; i < 70; i++)
      for (const directory of [`/d${i}`, '/d69']) tell('DirectoryAdded', { directory });
    const { directories = [] } = registry.session('s') ?? {};
    expect([directories.length, new Set(directories).size, directories.at(-1)]).toEqual([64, 64, '/d68']);
  });
});

describe('a host', () => {
  it('knows the 2,000 sessions that it saw last', () => {
    const { tell, registry } = createHost();
    for (let i = 0; i < 2_000; i++) tell('Stop', { session_id: `s${i}` });
    tell('Stop', { session_id: 's0' });
    tell('Stop', { session_id: 'new' });
    const known = ['s0', 's1', 's2', 'new'].map((id) => registry.session(id) !== undefined);
    expect(known).toEqual([true, false, true, true]);
  });
});

describe('an event', () => {
  it('is of the session that its hook saw when the payload names none', () => {
    const { tell } = createHost();
    expect(tell('Stop', { session_id: undefined }, { session_id: 'seen' }).session_id).toBe('seen');
    expect(tell('Stop', { session_id: undefined }, { session_id: '../x' }).session_id).toMatch(/^odd-/);
  });

  it('is of the nearest git work tree where no marker says otherwise, also when the project moves on', () => {
    const { tell } = createHost();
    const projectOf = (cwd: string, header: Header = { active: 'all' }): unknown =>
      tell('Stop', { cwd }, header).project_path;
    expect([projectOf('/git/repo/src'), projectOf('/elsewhere')]).toEqual(['/git/repo', '/elsewhere']);
    expect(projectOf('/git/repo/src', { active: 'marker', marker: '/git' })).toBe('/git');
  });

  it('tells an error’s class only of a failure, and whole milliseconds', () => {
    const { call } = createHost();
    const fields = { error: 'Exit code 1', duration_ms: 12.6 };
    expect(call('PostToolUseFailure', 't', fields).tool_context).toMatchObject({
      error_class: 'exit_code_1',
      duration_ms: 13,
    });
    expect(call('PreToolUse', 't', fields).tool_context).not.toHaveProperty('error_class');
  });

  it('tells a command that was interrupted from one that came to its end', () => {
    const { call } = createHost();
    const ended = [true, false].map((interrupted) =>
      call('PostToolUse', 't', { tool_response: { interrupted, stdout: '', stderr: '' } }),
    );
    expect(ended.map(({ level, tool_context: tool }) => [level, tool?.outcome])).toEqual([
      ['WARN', 'interrupted'],
      ['INFO', 'success'],
    ]);
  });

  it('joins no trace whose id or span is nothing but zeros', () => {
    const [trace, span] = ['ab'.repeat(16), 'cd'.repeat(8)];
    expect(parseTraceparent(`00-${trace}-${span}-01`)).toEqual({ traceId: trace, spanId: span });
    expect(parseTraceparent(`00-${'0'.repeat(32)}-${span}-01`)).toBeUndefined();
    expect(parseTraceparent(`00-${trace}-${'0'.repeat(16)}-01`)).toBeUndefined();
  });

  it('says of SuperClaude only the words that it knows', () => {
    const prompt = '/sc:build --persona-architect --persona-jeff --uc --my-secret';
    expect(createHost().tell('UserPromptSubmit', { prompt }).metadata?.superclaude).toEqual({
      command: 'sc:build',
      persona: ['architect'],
      flags: ['uc'],
    });
  });
});
