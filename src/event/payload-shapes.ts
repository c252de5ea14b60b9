/** The fields of every hook event, typed and classed. Source: code.claude.com/docs/en/hooks and recorded payloads. */
import * as z from 'zod';
import type { FieldTable } from './field-class.ts';
import { anything, count, directory, flag, id, type Shape, shape, text, texts, type View } from './shape.ts';

/** Fields that any event may have. */
const common = shape({
  session_id: ['plain', text],
  transcript_path: ['path', text],
  cwd: ['path', directory],
  hook_event_name: ['plain', text],
  prompt_id: ['plain', id],
  permission_mode: ['plain', id],
  effort: [{ level: 'plain' }, z.looseObject({ level: id })],
  scratchpad_dir: ['path', directory],
  agent_id: ['plain', id],
  agent_type: ['plain', id],
  tool_name: ['plain', id],
  tool_use_id: ['plain', id],
  tool_input: ['content', anything],
  tool_response: ['content', anything],
  duration_ms: ['plain', count],
  mcp_server: [{ name: 'plain', source: 'plain' }, z.looseObject({ name: id })],
});

export type CommonView = View<typeof common>;

const task = shape({
  task_id: ['plain', text],
  task_subject: ['content', text],
  task_description: ['content', text],
  teammate_name: ['plain', text],
  team_name: ['plain', text],
});

const modelSwitch = shape({
  from_model: ['plain', text],
  to_model: ['plain', text],
  requested_model: ['plain', text],
  source: ['plain', text],
  context_tokens: ['plain', count],
  prompt_cache_warm: ['plain', flag],
  cache_ttl: ['plain', text],
  estimated_cache_write_usd: ['plain', count],
  pricing: ['content', anything],
});

const backgroundTasks = {
  id: 'plain',
  type: 'plain',
  status: 'plain',
  agent_type: 'plain',
  name: 'plain',
  tool: 'plain',
  server: 'plain',
  command: 'text',
  description: 'content',
} as const;
const sessionCrons = { id: 'plain', schedule: 'plain', recurring: 'plain' } as const;

const stop = {
  stop_hook_active: ['plain', flag],
  last_assistant_message: ['content', text],
  background_tasks: [backgroundTasks, z.array(anything)],
  session_crons: [sessionCrons, z.array(anything)],
} as const;

const elicitation = shape({
  mcp_server_name: ['plain', text],
  message: ['content', text],
  mode: ['plain', text],
  url: ['text', text],
  elicitation_id: ['plain', text],
  requested_schema: ['content', anything],
  action: ['plain', text],
  content: ['content', anything],
});

/** Fields of one event beside the common ones. */
const EXTRA: Readonly<Record<string, Shape<object>>> = {
  SessionStart: shape({
    source: ['plain', text],
    model: ['plain', text],
    session_title: ['content', text],
    seconds_since_last_response: ['plain', count],
    context_tokens: ['plain', count],
    prompt_cache_likely_expired: ['plain', flag],
    estimated_cache_write_usd: ['plain', count],
  }),
  Setup: shape({ trigger: ['plain', text] }),
  UserPromptSubmit: shape({ prompt: ['content', text], session_title: ['content', text] }),
  UserPromptExpansion: shape({
    expansion_type: ['plain', text],
    command_name: ['plain', text],
    command_args: ['content', text],
    command_source: ['plain', text],
    prompt: ['content', text],
  }),
  PermissionRequest: shape({ permission_suggestions: ['content', anything] }),
  PermissionDenied: shape({ reason: ['text', text] }),
  // What a failed command printed stands in its error: output, as private as any other.
  PostToolUseFailure: shape({ error: ['content', text], is_interrupt: ['plain', flag] }),
  PostToolBatch: shape({
    tool_calls: [
      { tool_name: 'plain', tool_use_id: 'plain', tool_input: 'content', tool_response: 'content' },
      z.array(anything),
    ],
  }),
  Notification: shape({
    message: ['content', text],
    title: ['content', text],
    notification_type: ['plain', text],
  }),
  SubagentStop: shape({
    agent_transcript_path: ['path', text],
    ...stop,
  }),
  Stop: shape(stop),
  StopFailure: shape({
    error: ['plain', text],
    error_details: ['content', text],
    last_assistant_message: ['content', text],
  }),
  TaskCreated: task,
  TaskCompleted: task,
  TeammateIdle: task,
  InstructionsLoaded: shape({
    file_path: ['path', text],
    memory_type: ['plain', text],
    load_reason: ['plain', text],
    globs: ['path', texts],
    trigger_file_path: ['path', text],
    parent_file_path: ['path', text],
  }),
  ConfigChange: shape({ source: ['plain', text], file_path: ['path', text] }),
  CwdChanged: shape({ old_cwd: ['path', text], new_cwd: ['path', text] }),
  DirectoryAdded: shape({ directory: ['path', text], source: ['plain', text] }),
  FileChanged: shape({ file_path: ['path', text], event: ['plain', text] }),
  SessionEnd: shape({ reason: ['plain', text] }),
  WorktreeCreate: shape({ name: ['plain', text] }),
  WorktreeRemove: shape({ worktree_path: ['path', text] }),
  PreCompact: shape({ trigger: ['plain', text], custom_instructions: ['content', text] }),
  PostCompact: shape({ trigger: ['plain', text], compact_summary: ['content', text] }),
  PreModelSwitch: modelSwitch,
  PostModelSwitch: modelSwitch,
  Elicitation: elicitation,
  ElicitationResult: elicitation,
  MessageDisplay: shape({
    turn_id: ['plain', text],
    message_id: ['plain', text],
    index: ['plain', count],
    final: ['plain', flag],
    delta: ['content', text],
  }),
};

const NO_EXTRA: Shape<object> = shape({});

const TABLES: ReadonlyMap<string, FieldTable> = new Map(
  Object.entries(EXTRA).map(([name, { table }]) => [name, { ...common.table, ...table }]),
);

/** The classes of an event's fields; of an unknown event only the common fields are known. */
export function fieldsOf(hookEvent: string): FieldTable {
  return TABLES.get(hookEvent) ?? common.table;
}

/** Reads an event's own fields. */
export function readFields(
  hookEvent: string,
  payload: Readonly<Record<string, unknown>>,
): {
  readonly view: CommonView;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly misfits: readonly string[];
} {
  const base = common.read(payload);
  const own = extraOf(hookEvent).read(payload);
  return { view: base.view, extra: { ...own.view }, misfits: [...base.misfits, ...own.misfits] };
}

function extraOf(hookEvent: string): Shape<object> {
  return (Object.hasOwn(EXTRA, hookEvent) ? EXTRA[hookEvent] : undefined) ?? NO_EXTRA;
}
