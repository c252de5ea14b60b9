import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AtelRecord, DraftRecord, Outcome } from '../../src/journal/record.ts';
import { listFindings } from '../../src/report/findings.ts';
import { idShortener, shortDuration } from '../../src/report/format.ts';
import { summarizeSessions } from '../../src/report/sessions.ts';
import { buildTimeline } from '../../src/report/timeline.ts';
import { callDraft, draft, SESSION_A, SESSION_B, wholeSession, writeJournal } from '../helpers/records.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sealed = (drafts: readonly DraftRecord[]): AtelRecord[] =>
  writeJournal(join(dir, 'journal'), drafts).map(({ record }) => record);

describe('timeline', () => {
  it('shows each call once, with its outcome, wherever that was told', () => {
    const shown = buildTimeline(sealed(wholeSession())).map(({ depth, name, detail, outcome, durationMs }) =>
      [depth, name, detail, outcome ?? '-', durationMs ?? '-'].join(' | '),
    );
    expect(shown).toEqual([
      '0 | SessionStart | source=startup | - | -',
      '0 | UserPromptSubmit | /sc:analyze security | - | -',
      '0 | Read | /etc/passwd | success | 12',
      '0 | Bash | npm test | failure | 930',
      '0 | Agent | Explore | success | 2000',
      '1 | SubagentStart |  | - | -',
      '1 | Grep | TODO in src | success | 40',
      '0 | Write | src/a.ts | denied | -',
      '0 | Teleport |  | unknown_tool | -',
      '0 | Bash | sleep 100 | unknown | -',
      '0 | SessionEnd | reason=other | - | -',
    ]);
  });

  it('shows a finding once per call and the class of an error', () => {
    const entries = buildTimeline(sealed(wholeSession()));
    expect(
      entries
        .filter(({ findings }) => findings.length > 0)
        .map(({ name, findings }) => [name, findings.length]),
    ).toEqual([['Read', 1]]);
    expect(entries.find(({ name }) => name === 'Bash')?.errorClass).toBe('exit_1');
  });

  it('is in order of capture whatever the order of arrival, with the same outcomes', () => {
    const records = sealed(wholeSession());
    expect(buildTimeline(records.toReversed())).toEqual(buildTimeline(records));
  });

  it('nests subagents as deep as they were delegated', () => {
    const by = (agent: string) => ({ agent_context: { agent_id: agent } });
    const spawn = (seconds: number, id: string, from: string, made: string) =>
      callDraft(
        seconds,
        'PostToolUse',
        { id, name: 'Agent' },
        { ...by(from), action_details: { spawned_agent_id: made } },
      );
    const records = sealed([
      draft(0, by('boss')),
      spawn(1, 't1', 'boss', 'one'),
      spawn(2, 't2', 'one', 'two'),
      callDraft(3, 'PreToolUse', { id: 't3', name: 'Read' }, by('two')),
      callDraft(4, 'PreToolUse', { id: 't4', name: 'Read' }, by('stranger')),
    ]);
    expect(buildTimeline(records).map(({ agent, depth }) => [agent, depth])).toEqual([
      ['boss', 0],
      ['boss', 0],
      ['one', 1],
      ['two', 2],
      ['stranger', 1],
    ]);
  });

  it('does not hang on agents that claim to have made each other', () => {
    const made = (seconds: number, id: string, from: string, whom: string) =>
      callDraft(
        seconds,
        'PostToolUse',
        { id, name: 'Agent' },
        { agent_context: { agent_id: from }, action_details: { spawned_agent_id: whom } },
      );
    expect(buildTimeline(sealed([made(1, 't1', 'a', 'b'), made(2, 't2', 'b', 'a')]))).toHaveLength(2);
  });
});

describe('sessions', () => {
  it('sum up what ran, failed, was denied and was found', async () => {
    const [summary, ...others] = await summarizeSessions(sealed(wholeSession()));
    expect(others).toEqual([]);
    expect(summary).toMatchObject({
      session_id: SESSION_A,
      root_session: SESSION_A,
      start: '2026-11-22T20:00:00.000000000Z',
      end: '2026-11-22T20:00:11.000000000Z',
      duration_ms: 11_000,
      project_name: 'shop',
      agents: ['main', 'agent-7'],
      events: 15,
      tool_calls: 7,
      outcomes: { success: 3, failure: 1, denied: 1, unknown_tool: 1, unknown: 1 },
      failures: 2,
      denied: 1,
      findings: 1,
      claude_version: '2.1.330',
      entrypoint: 'cli',
    });
    expect(summary).not.toHaveProperty('parent_session');
  });

  it('tell calls of different sessions apart, and whose child a session is', async () => {
    const child = {
      session_id: SESSION_B,
      session_context: { session_id: SESSION_B, parent_session: SESSION_A, root_session: SESSION_A },
    };
    const call = { id: 'toolu_1', name: 'Read' };
    const records = sealed([
      callDraft(5, 'PostToolUse', call, { ...child, tool_context: { tool_name: 'Read', outcome: 'denied' } }),
      callDraft(1, 'PostToolUse', call, { tool_context: { tool_name: 'Read', outcome: 'success' } }),
    ]);
    const rows = await summarizeSessions(records);
    expect(
      rows.map(({ session_id, parent_session, denied }) => [session_id, parent_session, denied]),
    ).toEqual([
      [SESSION_A, undefined, 0],
      [SESSION_B, SESSION_A, 1],
    ]);
  });
});

describe('findings', () => {
  it('stand once each, with how the call ended', async () => {
    expect(await listFindings(sealed(wholeSession()))).toEqual([
      {
        timestamp: '2026-11-22T20:00:02.000000000Z',
        level: 'medium',
        rule: 'outside-project-scope',
        session_id: SESSION_A,
        project_name: 'shop',
        agent: 'main',
        tool: 'Read',
        path: '/etc/passwd',
        why: 'not below the project',
        outcome: 'success',
      },
    ]);
  });

  it('keep the outcomes of their own calls, and of so many others lately', async () => {
    const security = { findings: [{ rule: 'outside-project-scope', level: 'medium' as const }] };
    const about = (
      second: number,
      id: string,
      hook: 'PreToolUse' | 'PostToolUse',
      more: Partial<DraftRecord> = {},
    ): DraftRecord => callDraft(second, hook, { id, name: 'Read' }, more);
    const ended = (outcome: Outcome): Partial<DraftRecord> => ({
      tool_context: { tool_name: 'Read', outcome },
    });
    const others = Array.from({ length: 3 }, (_, i) =>
      about(2, `other-${i}`, 'PostToolUse', ended('success')),
    );
    const records = sealed([
      about(1, 'first', 'PreToolUse', { security }),
      about(3, 'late', 'PostToolUse', ended('failure')),
      about(3, 'forgotten', 'PostToolUse', ended('failure')),
      about(2, 'late', 'PreToolUse', { security }),
      ...others,
      about(4, 'first', 'PostToolUse', ended('success')),
      about(5, 'forgotten', 'PreToolUse', { security }),
    ]);
    expect((await listFindings(records, 2)).map(({ outcome }) => outcome)).toEqual([
      'success',
      'failure',
      'unknown',
    ]);
  });

  it('stand without an outcome when they are about no call', async () => {
    const security = { findings: [{ rule: 'marker-removed', level: 'high' as const }] };
    const [row] = await listFindings(sealed([draft(1, { security })]));
    expect(row).not.toHaveProperty('outcome');
    expect(row).toMatchObject({ rule: 'marker-removed', level: 'high' });
  });
});

describe('small values', () => {
  it('shorten ids only as far as they stay apart', () => {
    expect(idShortener(['aaaaaaaa-1', 'bbbbbbbb-1'])('aaaaaaaa-1')).toBe('aaaaaaaa');
    expect(idShortener(['aaaaaaaa-1', 'aaaaaaaa-2'])('aaaaaaaa-1')).toBe('aaaaaaaa-1');
  });

  it('shorten more ids than a call takes arguments', () => {
    const ids = Array.from({ length: 200_000 }, (_, nr) => `${String(nr).padStart(8, '0')}-x`);
    expect(idShortener(ids)('00000000-x')).toBe('00000000');
  });

  it('write durations', () => {
    expect([0, 87, 4200, 185_000, 7_620_000].map(shortDuration)).toEqual([
      '0 ms',
      '87 ms',
      '4.2 s',
      '3 m 05 s',
      '2 h 07 m',
    ]);
  });
});
