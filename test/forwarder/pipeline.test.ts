import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { createRegistry } from '../../src/context/registry.ts';
import { TOOL_NAMES } from '../../src/event/tools/index.ts';
import { HOOK_EVENTS } from '../../src/event/hook-events.ts';
import { createCleaner } from '../../src/forwarder/clean.ts';
import { createCounters } from '../../src/forwarder/own-records.ts';
import { createPipeline } from '../../src/forwarder/pipeline.ts';
import type { CaptureLevel, DraftRecord } from '../../src/journal/record.ts';
import { createMasker } from '../../src/redact/secrets.ts';
import { loadPayloads } from '../helpers/payloads.ts';
import { createStages, inputOf, type TestStages } from '../helpers/stages.ts';

const CANARY = 'canary-in-the-coal-mine';
const recorded = loadPayloads('2.1.330');

async function processAll(
  level: CaptureLevel,
  payloads: readonly (readonly [string, string])[],
): Promise<readonly DraftRecord[]> {
  const stages = await createStages(level);
  try {
    return stages.pipeline.process(payloads.map(([event, payload], index) => inputOf(event, payload, index)));
  } finally {
    stages.stop();
  }
}

/** The payload with an unknown field at the top, in the tool's input and in its response. */
function withCanary(payload: Readonly<Record<string, unknown>>): string {
  const odd = { text: CANARY, deep: [{ [`key`]: CANARY }] };
  const into = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, odd } : value;
  const { tool_input, tool_response } = payload;
  return JSON.stringify({
    ...payload,
    odd,
    ...(tool_input === undefined ? {} : { tool_input: into(tool_input) }),
    ...(tool_response === undefined ? {} : { tool_response: into(tool_response) }),
  });
}

/** Every event and every tool there is, also those that were never recorded. */
const invented = [
  ...HOOK_EVENTS.map(({ name }) => ({ event: name, payload: { hook_event_name: name, session_id: 's-1' } })),
  ...[...TOOL_NAMES, 'mcp__notes__echo', 'Teleport'].flatMap((tool_name) =>
    ['PreToolUse', 'PostToolUse', 'PostToolUseFailure', 'PermissionRequest'].map((event) => ({
      event,
      payload: { hook_event_name: event, session_id: 's-1', tool_name, tool_input: {}, tool_response: {} },
    })),
  ),
];

describe('what nobody knows', () => {
  const payloads = [...recorded, ...invented].map(
    ({ event, payload }) => [event, withCanary(payload)] as const,
  );

  it.each(['metadata', 'redacted'] as const)(
    'is not shown at level %s, whatever the event or tool',
    async (level) => {
      const drafts = await processAll(level, payloads);
      expect(drafts).toHaveLength(payloads.length);
      expect(drafts.filter((draft) => JSON.stringify(draft).includes(CANARY))).toEqual([]);
    },
  );

  it('is shown at level full', async () => {
    const drafts = await processAll('full', payloads);
    const withoutBatch = drafts.filter((draft) => draft.event_type !== 'unreadable');
    expect(withoutBatch.every((draft) => JSON.stringify(draft).includes(CANARY))).toBe(true);
  });

  it('is named and counted', async () => {
    const stages = await createStages('redacted');
    const payload = withCanary({
      hook_event_name: 'QuantumLeap',
      session_id: 's-1',
      tool_name: 'Teleport',
      tool_input: {},
    });
    const [draft] = stages.pipeline.process([inputOf('QuantumLeap', payload)]);
    stages.stop();
    expect(draft).toMatchObject({
      event_type: 'other',
      hook_event: 'QuantumLeap',
      metadata: { unknown_fields: expect.arrayContaining(['odd']) },
    });
    expect(stages.counters).toMatchObject({ unknown_events: 1, unknown_tools: 1 });
    expect(stages.counters.unknown_fields).toBeGreaterThan(0);
  });
});

describe('content of known fields', () => {
  /** Every string of a payload that its table calls content, replaced. */
  const CONTENT = [
    'prompt',
    'last_assistant_message',
    'compact_summary',
    'content',
    'old_string',
    'new_string',
    'stdout',
    'description',
    'originalFile',
    'message',
  ];
  const replace = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => replace(item, key));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, name)]));
    }
    return typeof value === 'string' && CONTENT.includes(key) ? CANARY : value;
  };

  it('stays home at the default level', async () => {
    const payloads = recorded.map(({ event, payload }) => [event, JSON.stringify(replace(payload))] as const);
    expect(payloads.filter(([, payload]) => payload.includes(CANARY)).length).toBeGreaterThan(100);
    const drafts = await processAll('redacted', payloads);
    expect(drafts.filter((draft) => JSON.stringify(draft).includes(CANARY))).toEqual([]);
  });
});

describe('levels', () => {
  const bash = {
    hook_event_name: 'PreToolUse',
    session_id: 's-1',
    cwd: '/home/dev/project',
    tool_name: 'Bash',
    tool_use_id: 't-1',
    tool_input: { command: 'cat notes.txt | grep password=hunter22x' },
  };

  it('reduce a command to its programs at metadata', async () => {
    const [draft] = await processAll('metadata', [['PreToolUse', JSON.stringify(bash)]]);
    expect(draft?.action_details).toMatchObject({ programs: ['cat', 'grep'] });
    expect(JSON.stringify(draft)).not.toContain('grep password');
    expect(draft?.action_details?.command).toBeUndefined();
  });

  it('mask secrets in a command at redacted, and count them', async () => {
    const [draft] = await processAll('redacted', [['PreToolUse', JSON.stringify(bash)]]);
    expect(draft?.action_details?.command).toMatch(/cat notes\.txt \| grep password=\[redacted:/);
    expect(JSON.stringify(draft)).not.toContain('hunter22x');
    expect(Object.values(draft?.security?.redactions ?? {}).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(
      0,
    );
  });

  it('keep a diff at full only', async () => {
    const edit = recorded.find(
      ({ event, payload }) => event === 'PostToolUse' && payload['tool_name'] === 'Edit',
    );
    const one = [['PostToolUse', JSON.stringify(edit?.payload)] as const];
    expect((await processAll('full', one))[0]?.action_details?.diff).toContain('@@');
    expect((await processAll('redacted', one))[0]?.action_details?.diff).toBeUndefined();
  });
});

describe('findings of a call', () => {
  let stages: TestStages;
  beforeAll(async () => {
    stages = await createStages('redacted');
  });
  afterAll(() => stages.stop());

  it('stand once, on the first record of the call', () => {
    const call = {
      session_id: 's-2',
      cwd: '/home/dev/project',
      tool_name: 'Read',
      tool_use_id: 't-9',
      tool_input: { file_path: '/etc/shadow' },
    };
    const [pre, post] = stages.pipeline.process([
      inputOf('PreToolUse', JSON.stringify({ ...call, hook_event_name: 'PreToolUse' }), 1),
      inputOf(
        'PostToolUse',
        JSON.stringify({ ...call, hook_event_name: 'PostToolUse', tool_response: {} }),
        2,
      ),
    ]);
    expect(pre?.security?.findings?.map(({ rule }) => rule)).toEqual([
      'sensitive-read',
      'outside-project-scope',
    ]);
    expect(pre?.level).toBe('WARN');
    expect(post?.security).toEqual({ outside_project_scope: true, sensitive: ['system-accounts'] });
  });
});

describe('an event on which a stage throws', () => {
  const ask = (session_id: string): string =>
    JSON.stringify({ hook_event_name: 'UserPromptSubmit', session_id, prompt: CANARY });
  const faultyAt = (stage: 'inspect' | 'clean', error: Error) => {
    const counters = createCounters();
    const config = parseConfig({});
    if (!config.ok) throw new Error(config.problem);
    const registry = createRegistry();
    const around = {
      installId: 'install',
      host: 'host',
      user: 'user',
      telemetryVersion: '0',
      config: config.config,
      sessionState: (id: string) => registry.session(id),
      gitTopLevel: () => undefined,
      processUsage: () => undefined,
    };
    const fail = (session: string | undefined): void => {
      if (session === 's-2') throw error;
    };
    const clean = createCleaner(createMasker());
    const pipeline = createPipeline({
      around,
      registry,
      inspect(_event, draft) {
        if (stage === 'inspect') fail(draft.session_id);
        return draft;
      },
      clean(drafts) {
        if (stage === 'clean')
          for (const { session_id, event_type } of drafts) if (event_type !== 'unreadable') fail(session_id);
        return clean(drafts);
      },
      counters,
    });
    const inputs = ['s-1', 's-2', 's-3'].map((id, i) => inputOf('UserPromptSubmit', ask(id), i));
    return { counters, run: () => pipeline.process(inputs) };
  };

  it.each(['inspect', 'clean'] as const)('in %s is set aside, and the others are recorded', (stage) => {
    const { counters, run } = faultyAt(stage, new TypeError(CANARY));
    const drafts = run();
    expect(drafts.map(({ session_id, event_type }) => [session_id, event_type])).toEqual([
      ['s-1', 'user_prompt'],
      ['s-2', 'unreadable'],
      ['s-3', 'user_prompt'],
    ]);
    expect(drafts[1]).toMatchObject({
      level: 'ERROR',
      hook_event: 'UserPromptSubmit',
      action_details: { why: 'stage_failed' },
    });
    expect(JSON.stringify(drafts)).not.toContain(CANARY);
    expect(counters.quarantined).toBe(1);
  });

  it('for want of something of the machine is tried again later', () => {
    const { run } = faultyAt('inspect', Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
    expect(run).toThrow('EMFILE');
  });
});
