/**
 * `event_type`: a closed set, since it is a Loki index label and payloads can be forged. The specification's six for
 * tool calls, one per other hook event, `audit` for records about ourselves, `other` for what nobody knows.
 */
import { HOOK_EVENTS } from './hook-events.ts';

const TOOL_EVENT_TYPES = [
  'file_read',
  'file_write',
  'file_edit',
  'command_execution',
  'code_search',
  'tool_usage',
] as const;

export type ToolEventType = (typeof TOOL_EVENT_TYPES)[number];

/** Hook events about one call: their records carry the tool's event type. */
const CALL_EVENTS = new Set(['PreToolUse', 'PostToolUse', 'PostToolUseFailure']);

/** Where the specification's name differs from the hook's. */
const RENAMED: Readonly<Record<string, string>> = { UserPromptSubmit: 'user_prompt' };

const ofHook = (name: string, snake: string): string => RENAMED[name] ?? snake;

/** Every value that `event_type` can have. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  ...TOOL_EVENT_TYPES,
  ...HOOK_EVENTS.filter((event) => !CALL_EVENTS.has(event.name)).map((event) =>
    ofHook(event.name, event.snake),
  ),
  'unreadable',
  'audit',
  'other',
]);

/** True for the events before and after a single tool call. */
export function isCallEvent(hookEvent: string): boolean {
  return CALL_EVENTS.has(hookEvent);
}

/**
 * The event type of a hook event.
 * @param toolType what the tool table says of the call's tool; unknown tools are `tool_usage`
 */
export function eventTypeOf(hookEvent: string, toolType: ToolEventType | undefined): string {
  if (CALL_EVENTS.has(hookEvent)) return toolType ?? 'tool_usage';
  const info = HOOK_EVENTS.find((event) => event.name === hookEvent);
  return info ? ofHook(info.name, info.snake) : 'other';
}
