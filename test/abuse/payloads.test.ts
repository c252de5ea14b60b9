/** Payloads made to do harm, through the real stages to the sealed line. Rows: see `catalogue.test.ts`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DraftRecord } from '../../src/journal/record.ts';
import { createStages, inputOf, type TestStages } from '../helpers/stages.ts';
import { faultsOf, sealed } from './sealed.ts';

let stages: TestStages;
beforeAll(async () => {
  stages = await createStages('redacted');
});
afterAll(() => stages.stop());

/** The record of a payload; what must hold of every line is checked on the way. */
function recordOf(payload: string | Buffer | object, header?: Readonly<Record<string, string>>): DraftRecord {
  const bytes = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  const input = inputOf('PreToolUse', bytes);
  const capture = header ? { ...input.capture, header } : input.capture;
  const [draft] = stages.pipeline.process([{ ...input, capture }]);
  if (!draft) throw new Error('there is no record');
  expect(faultsOf(sealed(draft))).toEqual([]);
  return draft;
}

const BASH = {
  session_id: 's-1',
  hook_event_name: 'PreToolUse',
  tool_name: 'Bash',
  tool_use_id: 'toolu_1',
  tool_input: { command: 'ls' },
};

describe('a payload that nobody can read', () => {
  it.each([
    ['invalid_json', '{"session_id":"s-1","hook_event_name":"Stop",}'],
    ['empty', ''],
    [
      'truncated_input',
      '{"session_id":"s-1","hook_event_name":"Stop","tool_name":"Bash","tool_input":{"comm',
    ],
    ['raw_nul', '{"session_id":"s-1","hook_event_name":"Stop\0"}'],
    ['invalid_utf8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['invalid_utf8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d])],
    ['too_deep', `{"session_id":"s-1","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['not_object', '["session_id"]'],
    ['not_object', '"text"'],
    ['not_object', 'null'],
  ])('is recorded as %s with its size, and none of its text', (why, payload) => {
    const record = recordOf(payload);
    expect(record).toMatchObject({
      event_type: 'unreadable',
      level: 'ERROR',
      action_details: { kind: 'quarantine', why, bytes: payload.length },
    });
    expect(record.raw_input).toBeUndefined();
  });

  it('keeps the ids that its beginning tells', () => {
    expect(recordOf('{"session_id":"s-1","hook_event_name":"PreToolUse","tool_name":"Ba')).toMatchObject({
      session_id: 's-1',
      hook_event: 'PreToolUse',
    });
  });

  it('is no way to run out of stack, however it is nested', () => {
    for (const open of ['[', '{"a":', '[{"a":['])
      expect(recordOf(open.repeat(100_000)).action_details).toMatchObject({ why: 'too_deep' });
  });
});

describe('odd values in a payload', () => {
  it('NUL as an escape stays one, in a line without raw control characters', () => {
    const record = recordOf('{"session_id":"s-1","tool_name":"Bash","tool_input":{"command":"a\\u0000b"}}');
    expect(record.action_details?.command).toBe('a\0b');
    expect(sealed(record).line).toContain('a\\u0000b');
  });

  it('a lone surrogate is replaced and named', () => {
    const record = recordOf('{"session_id":"s-1","tool_name":"Bash","tool_input":{"command":"a \\ud800"}}');
    expect(record.action_details?.command).toBe('a \ufffd');
    expect(record.audit.cut).toContain('action_details.command');
  });

  it('thousands of lone surrogates are named only so far that the record still fits', () => {
    const globs = Array.from({ length: 20_000 }, (_, i) => `\ud800${i}`);
    const record = recordOf({
      session_id: 's-1',
      hook_event_name: 'InstructionsLoaded',
      file_path: '/a',
      globs,
    });
    expect(record.audit.cut?.length).toBeLessThan(64);
    expect(record.audit.cut?.some((entry) => /^… \d+ more$/.test(entry))).toBe(true);
  });

  it('keys of prototypes are fields that nobody knows, and change no other object', () => {
    const record = recordOf(
      '{"session_id":"s-1","hook_event_name":"Stop","__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}',
    );
    expect(record.metadata?.unknown_fields).toEqual(['__proto__', 'constructor']);
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
    expect(
      recordOf({ ...BASH, tool_use_id: '__proto__', agent_id: 'constructor' }).agent_context,
    ).toMatchObject({
      agent_id: 'constructor',
    });
  });

  it('a key that stands twice is flagged, and the same bytes give the same record', () => {
    const twice = '{"session_id":"one","session_id":"two","hook_event_name":"Stop"}';
    expect(recordOf(twice)).toMatchObject({ session_id: 'two', audit: { cut: ['dup_keys'] } });
    expect(recordOf(twice)).toEqual(recordOf(twice));
  });

  it('numbers that would be rounded are text, and told', () => {
    const record = recordOf(
      '{"session_id":"s-1","hook_event_name":"SessionStart","seconds_since_last_response":9007199254740993,"estimated_cache_write_usd":1e400,"context_tokens":-0}',
    );
    expect(record.raw_input).toMatchObject({
      seconds_since_last_response: '9007199254740993',
      estimated_cache_write_usd: '1e400',
      context_tokens: 0,
    });
    expect(record.audit.cut).toContain('numbers');
    expect(recordOf('{"session_id":"s-1","duration_ms":NaN}').action_details).toMatchObject({
      why: 'invalid_json',
    });
  });

  it('an event nobody knows is kept under its name, of the closed type `other`', () => {
    expect(recordOf({ session_id: 's-1', hook_event_name: 'Quantum', secret: 'x' })).toMatchObject({
      hook_event: 'Quantum',
      event_type: 'other',
      metadata: { unknown_fields: ['secret'] },
      raw_input: { secret: { hidden: 'string' } },
    });
    expect(recordOf({ session_id: 's-1', hook_event_name: 'a\nb' }).hook_event).toBe('PreToolUse');
  });

  it.each([
    ['a path', '../../etc/x'],
    ['ten megabytes', 'x'.repeat(10_000_000)],
    ['a newline', 'a\nb'],
    ['a label of Loki', '"} |= "'],
    ['a secret’s place', 'ü'],
  ])('a session id that is %s is replaced by its hash', (_what, session_id) => {
    const record = recordOf({ ...BASH, session_id });
    expect(record.session_id).toMatch(/^odd-[0-9a-f]{32}$/);
    expect(record.session_context?.session_id).toBe(record.session_id);
    expect(record.correlation?.trace_id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('an empty session id is none', () => {
    expect(recordOf({ ...BASH, session_id: '' }).session_id).toBeUndefined();
  });

  it('controls and bidi marks in a tool’s name stay text', () => {
    const record = recordOf({ ...BASH, tool_name: 'Ba\u001b[2J\u202e\nsh' });
    expect(record).toMatchObject({ tool_name: 'Ba\u001b[2J\u202e\nsh', event_type: 'tool_usage' });
    expect(sealed(record).line).toContain('\\u001b[2J');
  });

  it('an off-switch of a scanner in the text switches nothing off', () => {
    const command = `# secretlint-disable\nexport DB_PASSWORD=${'k3x9'.repeat(4)}`;
    const record = recordOf({ ...BASH, tool_input: { command } });
    expect(sealed(record).line).not.toContain('k3x9k3x9');
    expect(record.security?.redactions).toEqual({ assignment: expect.any(Number) });
  });
});

describe('a payload of any size', () => {
  const LONG = 'x/'.repeat(2_500_000);
  const fields = [
    'session_id',
    'hook_event_name',
    'tool_name',
    'tool_use_id',
    'prompt_id',
    'agent_id',
    'agent_type',
    'cwd',
    'transcript_path',
    'scratchpad_dir',
    'permission_mode',
    'duration_ms',
    'nobody_knows',
  ];
  it.each(fields)('becomes a record of at most 48 KiB, which says so, when %s has 5 MB', (field) => {
    const record = recordOf({ ...BASH, [field]: LONG });
    expect(record.audit.cut?.length ?? record.metadata?.unknown_fields?.length).toBeGreaterThan(0);
    // Whose tool is not known has no command that we know of.
    if (field !== 'tool_name') expect(record.action_details?.command).toBe('ls');
  });

  it('becomes a record of at most 48 KiB when no marker and no variable of the hook is sane', () => {
    const header = {
      active: 'parent',
      entrypoint: 'e'.repeat(1e6),
      effort: 'f'.repeat(1e6),
      session_id: LONG,
    };
    expect(recordOf({ hook_event_name: 'Stop', cwd: LONG }, header).audit.cut?.length).toBeGreaterThan(0);
  });

  it('has a batch of twenty thousand calls cut, not its identity', () => {
    const tool_calls = Array.from({ length: 20_000 }, (_, i) => ({
      tool_use_id: `t${i}`,
      tool_name: 'Read',
    }));
    expect(recordOf({ session_id: 's-9', hook_event_name: 'PostToolBatch', tool_calls })).toMatchObject({
      session_id: 's-9',
      session_context: { session_id: 's-9', root_session: 's-9' },
      audit: { cut: ['action_details'] },
    });
  });

  it('with a key of a megabyte shows the beginning of the key', () => {
    expect(recordOf({ ...BASH, ['k'.repeat(1e6)]: 1 }).metadata?.unknown_fields).toEqual(['k'.repeat(128)]);
  });

  it('of a megabyte made to be slow takes less than two seconds', () => {
    for (const text of ['a', '(', '"$(', 'a=', '<<E\n', 'password=', '[[', '{a,', '`']) {
      const command = text.repeat(1_048_576 / text.length);
      const start = performance.now();
      recordOf({ ...BASH, tool_input: { command } });
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });
});
