/** What an event is found to be, by what its session is known to be. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DraftRecord } from '../../src/journal/record.ts';
import { createStages, inputOf, type TestStages } from '../helpers/stages.ts';

const ROOT = '/home/dev/project';
const bash = (command: string) => ({ tool_name: 'Bash', tool_use_id: 't', tool_input: { command } });

let stages: TestStages;
let count = 0;
beforeEach(async () => {
  stages = await createStages('redacted');
});
afterEach(() => stages.stop());

function tell(
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
  header?: Readonly<Record<string, string>>,
): DraftRecord {
  const payload = { hook_event_name: name, session_id: 's', cwd: ROOT, ...fields };
  const input = inputOf(name, JSON.stringify(payload), count++);
  const [draft] = stages.pipeline.process([
    header ? { ...input, capture: { ...input.capture, header } } : input,
  ]);
  if (!draft) throw new Error('there is no draft');
  return draft;
}

const rules = ({ security }: DraftRecord): readonly string[] =>
  security?.findings?.map(({ rule, path }) => [rule, path].filter(Boolean).join(' ')) ?? [];

describe('a session', () => {
  it('is found to have lost its marker once, and only where it had one', () => {
    const unmarked = { active: 'session', project_dir: ROOT };
    expect(rules(tell('Stop', {}, unmarked))).toEqual([]);
    tell('SessionStart');
    const lost = tell('Stop', {}, unmarked);
    expect([rules(lost), lost.level, lost.telemetry_enabled]).toEqual([
      [`marker-removed ${ROOT}`],
      'WARN',
      false,
    ]);
    expect(rules(tell('Stop', {}, unmarked))).toEqual([]);
    tell('Stop');
    expect(rules(tell('Stop', {}, unmarked))).toEqual([`marker-removed ${ROOT}`]);
  });

  it('is found to ask for no permission with each prompt, and not with each call', () => {
    const bypassed = { permission_mode: 'bypassPermissions' };
    expect(rules(tell('UserPromptSubmit', { prompt: 'hi', ...bypassed }))).toEqual(['permissions-bypassed']);
    expect(rules(tell('PreToolUse', { ...bash('ls'), ...bypassed }))).toEqual([]);
    expect(rules(tell('UserPromptSubmit', { prompt: 'hi', permission_mode: 'default' }))).toEqual([]);
  });

  it('is found to have changed the client’s settings', () => {
    const file_path = `${ROOT}/.claude/settings.json`;
    expect(rules(tell('ConfigChange', { source: 'project_settings', file_path }))).toEqual([
      `config-changed ${file_path}`,
    ]);
  });
});

describe('a call', () => {
  it('is found remarkable once: before it, or after it where nothing was told before', () => {
    const call = bash('cat /etc/shadow');
    const found = ['sensitive-read /etc/shadow', 'outside-project-scope /etc/shadow'];
    expect(rules(tell('PermissionRequest', call))).toEqual([]);
    expect(rules(tell('PreToolUse', call))).toEqual(found);
    const after = tell('PostToolUse', { ...call, tool_response: {} });
    expect([rules(after), after.security?.sensitive]).toEqual([[], ['system-accounts']]);
    expect(rules(tell('PreToolUse', call))).toEqual(found);
    expect(rules(tell('PostToolUse', { ...call, tool_use_id: 'u', tool_response: {} }))).toEqual(found);
  });

  it.each(['Bash', 'Monitor'])('of %s is judged by its command', (tool_name) => {
    expect(rules(tell('PreToolUse', { ...bash('sudo ls'), tool_name }))).toEqual(['sudo']);
  });

  it('is judged from the client’s directory, else from the project’s root', () => {
    const outside = (cwd: unknown): unknown =>
      tell('PreToolUse', { ...bash('cat ../x'), cwd }).security?.outside_project_scope;
    expect([outside(`${ROOT}/src`), outside(ROOT), outside(undefined)]).toEqual([undefined, true, true]);
  });

  it('may use what was added to the session, and its scratchpad', () => {
    const outside = (fields = {}): unknown =>
      tell('PreToolUse', { ...bash('cat /srv/lib/x'), ...fields }).security?.outside_project_scope;
    expect(outside()).toBe(true);
    expect(outside({ scratchpad_dir: '/srv/lib' })).toBeUndefined();
    tell('DirectoryAdded', { directory: '/srv/lib' });
    expect(outside()).toBeUndefined();
  });

  it('says which of its command was not understood', () => {
    const details = (command: string) => tell('PreToolUse', bash(command)).action_details;
    expect(details('cat "$FILE"')).toMatchObject({ unresolved_paths: 1 });
    expect(details('cat "$FILE"')).not.toHaveProperty('command_parsed');
    expect(details('cat a; if (')).toMatchObject({ command_parsed: false });
    expect(details('cat a')).not.toHaveProperty('unresolved_paths');
  });
});
