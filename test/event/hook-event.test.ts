import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../src/event/event-types.ts';
import { understand } from '../../src/event/hook-event.ts';
import { eventsForClient, HOOK_EVENTS } from '../../src/event/hook-events.ts';
import { ownValue } from '../../src/event/shape.ts';
import { TOOL_NAMES } from '../../src/event/tools/index.ts';
import { loadPayloads } from '../helpers/payloads.ts';

const recorded = loadPayloads('2.1.330');

describe('understand, on payloads of the real client', () => {
  it.each(recorded)('knows event, tool and every field type of $file', ({ event, payload }) => {
    const understood = understand(payload, event);
    expect(understood.name).toBe(event);
    expect(understood.knownEvent).toBe(true);
    expect(understood.misfits).toEqual([]);
    expect(EVENT_TYPES).toContain(understood.eventType);
  });

  it('leaves no tool unknown but the invented one', () => {
    const unknown = recorded.filter(({ event, payload }) => !understand(payload, event).knownTool);
    expect(unknown.map(({ payload }) => payload['tool_name'])).toEqual([]);
  });

  it('tells the specification’s event type of each tool call', () => {
    const types = new Map<unknown, string>();
    for (const { event, payload } of recorded) {
      if (event === 'PreToolUse') types.set(payload['tool_name'], understand(payload, event).eventType);
    }
    expect(Object.fromEntries(types)).toMatchObject({
      Read: 'file_read',
      Write: 'file_write',
      Edit: 'file_edit',
      Bash: 'command_execution',
      Grep: 'code_search',
      Glob: 'code_search',
      Agent: 'tool_usage',
    });
  });

  it('tracks lines added and removed and the diff of a real edit', () => {
    const edit = recorded.find(
      ({ event, payload }) => event === 'PostToolUse' && payload['tool_name'] === 'Edit',
    );
    expect(understand(edit?.payload ?? {}, 'PostToolUse').details).toMatchObject({
      kind: 'file',
      lines_added: 1,
      lines_removed: 1,
      diff: expect.stringContaining('@@'),
    });
  });

  it('names the subagent that a real Agent call started', () => {
    const agent = recorded.find(
      ({ event, payload }) => event === 'PostToolUse' && payload['tool_name'] === 'Agent',
    );
    expect(understand(agent?.payload ?? {}, 'PostToolUse').details.spawned_agent_id).toMatch(/^a[0-9a-f]+$/);
  });
});

describe('understand, on what nobody knows', () => {
  it('keeps unknown events as `other`', () => {
    const understood = understand({ hook_event_name: 'QuantumLeap', session_id: 's' }, 'QuantumLeap');
    expect(understood).toMatchObject({ name: 'QuantumLeap', eventType: 'other', knownEvent: false });
  });

  it('keeps unknown tools as tool_usage', () => {
    const payload = { hook_event_name: 'PreToolUse', tool_name: 'Teleport', tool_input: { to: 'Mars' } };
    expect(understand(payload, 'PreToolUse')).toMatchObject({ eventType: 'tool_usage', knownTool: false });
  });

  it('keeps an event whose known field has another type, and names the field', () => {
    const payload = {
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_input: { command: ['ls'] },
      cwd: 7,
    };
    expect(understand(payload, 'PreToolUse').misfits).toEqual(['cwd', 'tool_input.command']);
  });

  it('takes the hook’s argument where the payload names no event', () => {
    expect(understand({ session_id: 's' }, 'Stop').name).toBe('Stop');
    expect(understand({ hook_event_name: 'evil\nname' }, 'Stop').name).toBe('Stop');
  });

  it('does not take a prototype key for a known event', () => {
    expect(understand({ hook_event_name: 'constructor' }, 'Stop')).toMatchObject({ knownEvent: false });
  });

  it('takes the error of every tool for content, since it may quote what the tool saw', () => {
    const errorOf = (tool: string): unknown =>
      ownValue(
        understand({ hook_event_name: 'PostToolUse', tool_name: tool }, 'PostToolUse').table['tool_response'],
        'error',
      );
    const classes = new Set(TOOL_NAMES.map(errorOf));
    expect(classes).toEqual(new Set([undefined, 'content']));
  });

  it('never meets a tool table row that throws on any input', () => {
    for (const tool of TOOL_NAMES) {
      for (const input of [undefined, null, 1, 'x', [], {}, { file_path: {}, command: 3, edits: 'x' }]) {
        const payload = {
          hook_event_name: 'PostToolUse',
          tool_name: tool,
          tool_input: input,
          tool_response: input,
        };
        expect(understand(payload, 'PostToolUse').knownTool).toBe(true);
      }
    }
  });
});

describe('eventsForClient', () => {
  it('registers what the present client knows and never what breaks it', () => {
    const names = eventsForClient('2.1.330').map((event) => event.name);
    expect(names).toContain('PostToolBatch');
    expect(names).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(WorktreeCreate|WorktreeRemove|MessageDisplay|PreModelSwitch)$/),
      ]),
    );
    expect(names.length).toBe(HOOK_EVENTS.length - 4);
  });

  it('names nothing to 2.1.100 that its settings schema would refuse', () => {
    const names = eventsForClient('2.1.100').map((event) => event.name);
    expect(names).not.toContain('PostToolBatch');
    expect(names).not.toContain('DirectoryAdded');
    expect(names).toContain('PermissionDenied');
  });

  it('falls back to what every client knows', () => {
    expect(eventsForClient(undefined)).toHaveLength(8);
  });
});

describe('ids and names of an event', () => {
  const ODD = '$(rm -rf /)';
  const understood = (fields: Readonly<Record<string, unknown>>) =>
    understand({ hook_event_name: 'PreToolUse', ...fields }, 'PreToolUse').fields;

  it.each(['session_id', 'prompt_id', 'tool_use_id', 'agent_id'] as const)(
    'hold a hash in the place of a %s that is none',
    (field) => {
      expect(understood({ [field]: 'a-1' })[field]).toBe('a-1');
      for (const odd of [ODD, 'x'.repeat(129)])
        expect(understood({ [field]: odd })[field]).toMatch(/^odd-[0-9a-f]{32}$/);
    },
  );

  it.each(['agent_type', 'tool_name', 'permission_mode'] as const)(
    'hold no half character in a %s',
    (field) => {
      expect(understood({ [field]: 'a\ud800' })[field]).toBe('a\ufffd');
    },
  );
});
