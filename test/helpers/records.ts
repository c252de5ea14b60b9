/** Records as the forwarder seals them, in journals and in backup files as the Collector writes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../src/journal/journal.ts';
import type { DraftRecord, SealedRecord } from '../../src/journal/record.ts';
import { formatNanos, parseNanos } from '../../src/platform/clock.ts';

/** 2026-11-22T20:00:00Z. */
export const START_NANOS = 1_795_377_600_000_000_000n;

export const SESSION_A = 'a1b2c3d4-0000-4000-8000-00000000000a';
export const SESSION_B = 'a1b2ffff-0000-4000-8000-00000000000b';
const PROJECT = '/home/jeff/shop';

export type DraftFields = Omit<Partial<DraftRecord>, 'audit'>;

let made = 0;

/** A record before sealing: `seconds` after `START_NANOS`, of session A's main agent, unless told otherwise. */
export function draft(seconds: number, fields: DraftFields = {}): DraftRecord {
  made += 1;
  return {
    v: 'atel/1',
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    timestamp: formatNanos(START_NANOS + BigInt(Math.round(seconds * 1e9))),
    level: 'INFO',
    event_type: 'session_start',
    hook_event: 'SessionStart',
    session_id: SESSION_A,
    project_path: PROJECT,
    project_name: 'shop',
    agent_context: { agent_id: 'main', agent_type: 'claude-code' },
    session_context: { session_id: SESSION_A, root_session: SESSION_A },
    metadata: { claude_version: '2.1.330', entrypoint: 'cli' },
    ...fields,
    audit: { commit: 'ok' },
  };
}

/** A draft about one tool call. */
export function callDraft(
  seconds: number,
  hook: 'PreToolUse' | 'PostToolUse' | 'PostToolUseFailure',
  tool: { readonly id: string; readonly name: string; readonly type?: string },
  fields: DraftFields = {},
): DraftRecord {
  return draft(seconds, {
    event_type: tool.type ?? 'tool_usage',
    hook_event: hook,
    tool_name: tool.name,
    correlation: { tool_use_id: tool.id },
    ...fields,
  });
}

export interface JournalOptions {
  readonly installId?: string;
  readonly segmentBytes?: number;
  /** Records per append, each with its fsync. */
  readonly batch?: number;
}

/**
 * Writes a journal with the real writer; record 1 is the genesis.
 * @returns what was sealed, the genesis left out
 */
export function writeJournal(
  dir: string,
  drafts: readonly DraftRecord[],
  { installId = 'install', segmentBytes = 67_108_864, batch = 1 }: JournalOptions = {},
): readonly SealedRecord[] {
  let now = START_NANOS;
  const journal = openJournal({
    dir,
    installId,
    segmentBytes,
    isSpooled: () => false,
    clock: () => (now += 1_000_000n),
    genesis: () => {
      const {
        session_id: _s,
        session_context: _c,
        ...rest
      } = draft(0, { event_type: 'audit', hook_event: 'Audit' });
      return rest;
    },
  });
  try {
    const sealed: SealedRecord[] = [];
    for (let from = 0; from < drafts.length; from += batch) {
      const together = drafts.slice(from, from + batch);
      // Journaled a second after its capture, unless that was long ago.
      const captured = parseNanos(together[0]?.timestamp ?? '') ?? 0n;
      if (captured >= now) now = captured + 1_000_000_000n;
      sealed.push(...journal.append(together));
    }
    return sealed;
  } finally {
    journal.close();
  }
}

/** One line of the Collector's backup: a whole OTLP request with these bodies. */
export function otlpLine(bodies: readonly string[]): string {
  const logRecords = bodies.map((body, nr) => ({
    timeUnixNano: String(START_NANOS + BigInt(nr)),
    observedTimeUnixNano: String(START_NANOS),
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: body },
    attributes: [{ key: 'event.name', value: { stringValue: 'agent_telemetry.pre_tool_use' } }],
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'claude-telemetry' } }];
  return JSON.stringify({
    resourceLogs: [
      { resource: { attributes }, scopeLogs: [{ scope: { name: 'agent-telemetry' }, logRecords }] },
    ],
  });
}

/** A backup file with these lines, each ended. */
export function writeBackup(dir: string, name: string, lines: readonly string[]): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}

/** A session with the turns that a view must cope with: denial, failure, subagent, finding, a call without its end. */
export function wholeSession(at = 0): readonly DraftRecord[] {
  const sub = { agent_context: { agent_id: 'agent-7', agent_type: 'Explore' } };
  const read = { id: 'toolu_1', name: 'Read', type: 'file_read' };
  const bash = { id: 'toolu_2', name: 'Bash', type: 'command_execution' };
  const agent = { id: 'toolu_3', name: 'Agent' };
  const grep = { id: 'toolu_4', name: 'Grep', type: 'code_search' };
  const write = { id: 'toolu_5', name: 'Write', type: 'file_write' };
  const outside = {
    action_details: { kind: 'file', file_path: '/etc/passwd' },
    security: {
      outside_project_scope: true,
      findings: [
        {
          rule: 'outside-project-scope',
          level: 'medium' as const,
          path: '/etc/passwd',
          why: 'not below the project',
        },
      ],
    },
  };
  return [
    draft(at + 0, { action_details: { kind: 'session', source: 'startup' } }),
    draft(at + 1, {
      event_type: 'user_prompt',
      hook_event: 'UserPromptSubmit',
      metadata: { claude_version: '2.1.330', superclaude: { command: '/sc:analyze', persona: ['security'] } },
    }),
    callDraft(at + 2, 'PreToolUse', read, { ...outside, level: 'WARN' }),
    callDraft(at + 2.1, 'PostToolUse', read, {
      ...outside,
      level: 'WARN',
      tool_context: { tool_name: 'Read', outcome: 'success', duration_ms: 12 },
    }),
    callDraft(at + 3, 'PreToolUse', bash, { action_details: { kind: 'shell', command: 'npm test' } }),
    callDraft(at + 4, 'PostToolUseFailure', bash, {
      level: 'WARN',
      tool_context: { tool_name: 'Bash', outcome: 'failure', error_class: 'exit_1', duration_ms: 930 },
    }),
    callDraft(at + 5, 'PreToolUse', agent, {
      action_details: { kind: 'delegation', subagent_type: 'Explore' },
    }),
    draft(at + 5.1, { ...sub, event_type: 'subagent_start', hook_event: 'SubagentStart' }),
    callDraft(at + 6, 'PreToolUse', grep, {
      ...sub,
      action_details: { search_pattern: 'TODO', search_path: `${PROJECT}/src` },
    }),
    callDraft(at + 6.2, 'PostToolUse', grep, {
      ...sub,
      tool_context: { tool_name: 'Grep', outcome: 'success', duration_ms: 40 },
    }),
    callDraft(at + 7, 'PostToolUse', agent, {
      action_details: { kind: 'delegation', subagent_type: 'Explore', spawned_agent_id: 'agent-7' },
      tool_context: { tool_name: 'Agent', outcome: 'success', duration_ms: 2000 },
    }),
    callDraft(at + 8, 'PreToolUse', write, {
      action_details: { kind: 'file', file_path: `${PROJECT}/src/a.ts` },
    }),
    draft(at + 9, {
      event_type: 'post_tool_batch',
      hook_event: 'PostToolBatch',
      action_details: {
        calls: [
          { tool_use_id: 'toolu_5', tool_name: 'Write', outcome: 'denied' },
          { tool_use_id: 'toolu_6', tool_name: 'Teleport', outcome: 'unknown_tool' },
        ],
      },
    }),
    callDraft(
      at + 10,
      'PreToolUse',
      { id: 'toolu_7', name: 'Bash', type: 'command_execution' },
      {
        action_details: { kind: 'shell', command: 'sleep 100' },
      },
    ),
    draft(at + 11, {
      event_type: 'session_end',
      hook_event: 'SessionEnd',
      action_details: { reason: 'other' },
    }),
  ];
}
