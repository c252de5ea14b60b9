/**
 * A hook event, understood: which event, which call, what it did, and how private each field is. Unknown events, tools
 * and fields pass, and are named so that they can be counted.
 */
import type { ActionDetails } from '../journal/record.ts';
import { compact } from './compact.ts';
import { eventTypeOf, isCallEvent } from './event-types.ts';
import type { FieldTable } from './field-class.ts';
import { hookEventInfo } from './hook-events.ts';
import { batchCalls, type BatchCall } from './outcome.ts';
import type { PathUse } from './path-use.ts';
import { type CommonView, fieldsOf, readFields } from './payload-shapes.ts';
import { plainIdOf, shortName } from './plain-id.ts';
import { toolOf } from './tools/index.ts';

export interface HookEvent {
  /** The hook's name; from the payload, else from the hook's own argument. */
  readonly name: string;
  readonly eventType: string;
  readonly fields: CommonView;
  /** The event's own fields that fit, e.g. `source`, `reason`, `prompt`. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly details: ActionDetails;
  readonly uses: readonly PathUse[];
  /** Calls of a PostToolBatch, with the model-facing text. */
  readonly calls: readonly BatchCall[];
  /** Privacy class of every known field of the payload. */
  readonly table: FieldTable;
  readonly knownEvent: boolean;
  readonly knownTool: boolean;
  readonly misfits: readonly string[];
}

/** Extra fields that become details as they are: short, closed or numeric. */
const DETAIL_FIELDS = [
  'source',
  'trigger',
  'model',
  'notification_type',
  'from_model',
  'to_model',
  'load_reason',
  'memory_type',
  'file_path',
  'old_cwd',
  'new_cwd',
  'directory',
  'event',
  'command_name',
  'expansion_type',
  'task_id',
  'teammate_name',
  'mcp_server_name',
  'action',
  'stop_hook_active',
  'is_interrupt',
  'url',
] as const;

/**
 * Understands a payload.
 * @param argument the event's name as the hook was told by its arguments; what the payload says wins
 */
export function understand(payload: Readonly<Record<string, unknown>>, argument: string): HookEvent {
  const said = payload['hook_event_name'];
  const name = typeof said === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(said) ? said : argument;
  const { view: given, extra, misfits } = readFields(name, payload);
  const view = soundIds(given);
  const tool = view.tool_name === undefined ? undefined : toolOf(view.tool_name);
  const facts = tool?.facts(view.tool_input, view.tool_response);
  const table = fieldsOf(name);
  return {
    name,
    eventType: eventTypeOf(name, isCallEvent(name) ? tool?.eventType : undefined),
    fields: view,
    extra,
    payload,
    details: { ...eventDetails(name, extra), ...facts?.details },
    uses: facts?.uses ?? eventUses(name, extra),
    calls: name === 'PostToolBatch' ? batchCalls(extra['tool_calls']) : [],
    table: tool ? { ...table, tool_input: tool.input, tool_response: tool.response } : table,
    knownEvent: hookEventInfo(name) !== undefined,
    knownTool: view.tool_name === undefined || tool !== undefined,
    misfits: [...misfits, ...(facts?.misfits ?? [])],
  };
}

/** Ids and names as they may be used; the payload keeps what was really said. */
function soundIds(view: CommonView): CommonView {
  return compact({
    ...view,
    session_id: plainIdOf(view.session_id),
    prompt_id: plainIdOf(view.prompt_id),
    tool_use_id: plainIdOf(view.tool_use_id),
    agent_id: plainIdOf(view.agent_id),
    agent_type: shortName(view.agent_type),
    tool_name: shortName(view.tool_name),
    permission_mode: shortName(view.permission_mode),
    effort: view.effort && { level: shortName(view.effort.level) ?? '' },
    mcp_server: view.mcp_server && { name: shortName(view.mcp_server.name) ?? '' },
  });
}

function eventDetails(name: string, extra: Readonly<Record<string, unknown>>): ActionDetails {
  const details: Record<string, unknown> = {};
  for (const field of DETAIL_FIELDS) if (extra[field] !== undefined) details[field] = extra[field];
  // Of these fields the same name is a closed word in one event and free text in another.
  if (name === 'PermissionDenied') details['denial_reason'] = extra['reason'];
  else if (extra['reason'] !== undefined) details['reason'] = extra['reason'];
  if (name === 'StopFailure') details['error'] = extra['error'];
  const prompt = extra['prompt'];
  if (typeof prompt === 'string') details['prompt_bytes'] = Buffer.byteLength(prompt);
  return compact(details);
}

/** Paths that events without a tool name: what was loaded, added or entered. */
function eventUses(name: string, extra: Readonly<Record<string, unknown>>): readonly PathUse[] {
  const path = extra['file_path'] ?? extra['directory'] ?? extra['new_cwd'];
  if (typeof path !== 'string' || name === 'ConfigChange') return [];
  return [
    {
      path,
      access: name === 'FileChanged' || name === 'InstructionsLoaded' ? 'read' : 'enter',
      via: 'tool_input',
    },
  ];
}
