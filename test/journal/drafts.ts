import type { DraftRecord } from '../../src/journal/record.ts';

/** A record before sealing; one about ourselves when it has no session. */
export function draft(id: string, session?: string): DraftRecord {
  return {
    v: 'atel/1',
    id,
    timestamp: '2026-11-22T20:14:21.123456789Z',
    level: 'INFO',
    event_type: session === undefined ? 'audit' : 'command_execution',
    hook_event: session === undefined ? 'Audit' : 'PostToolUse',
    ...(session !== undefined && { session_id: session, tool_name: 'Bash' }),
    action_details: { kind: 'shell', command: `echo "${id}" # größer` },
    audit: { commit: 'ok' },
  };
}
