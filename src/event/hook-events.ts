/**
 * The hook events of Claude Code, in the order a session meets them. Source: code.claude.com/docs/en/hooks, the client's
 * changelog, and measurements up to 2.1.330 (docs/client-facts.md). `since` is the first client version that knows the
 * name; where the sources do not tell, the first one that an unknown name does no harm.
 */
export interface HookEventInfo {
  readonly name: string;
  /** Name in snake case, as in `agent_telemetry.<snake>`. */
  readonly snake: string;
  readonly since: string;
  /** Events that have a matcher on the tool's name. */
  readonly perTool?: true;
  /** Why we never register it. */
  readonly never?: string;
}

const REPLACES = 'it replaces the client’s own worktree handling: a silent observer breaks it';
/** From this version on an unknown event name is ignored; up to 2.1.100 it voids the whole settings file. */
const UNKNOWN_NAMES_HARMLESS = '2.1.101';

export const HOOK_EVENTS: readonly HookEventInfo[] = [
  { name: 'SessionStart', snake: 'session_start', since: '1.0.62' },
  { name: 'Setup', snake: 'setup', since: '2.1.10' },
  { name: 'InstructionsLoaded', snake: 'instructions_loaded', since: '2.1.69' },
  { name: 'UserPromptExpansion', snake: 'user_prompt_expansion', since: UNKNOWN_NAMES_HARMLESS },
  { name: 'UserPromptSubmit', snake: 'user_prompt_submit', since: '1.0.54' },
  { name: 'PreToolUse', snake: 'pre_tool_use', since: '1.0.38', perTool: true },
  { name: 'PermissionRequest', snake: 'permission_request', since: '2.0.45', perTool: true },
  { name: 'PermissionDenied', snake: 'permission_denied', since: '2.1.89', perTool: true },
  { name: 'PostToolUse', snake: 'post_tool_use', since: '1.0.38', perTool: true },
  {
    name: 'PostToolUseFailure',
    snake: 'post_tool_use_failure',
    since: UNKNOWN_NAMES_HARMLESS,
    perTool: true,
  },
  { name: 'PostToolBatch', snake: 'post_tool_batch', since: UNKNOWN_NAMES_HARMLESS },
  { name: 'Notification', snake: 'notification', since: '1.0.38' },
  {
    name: 'MessageDisplay',
    snake: 'message_display',
    since: '2.1.152',
    never: 'it holds the display once per batch',
  },
  { name: 'SubagentStart', snake: 'subagent_start', since: '2.0.43' },
  { name: 'SubagentStop', snake: 'subagent_stop', since: '1.0.41' },
  { name: 'TaskCreated', snake: 'task_created', since: '2.1.84' },
  { name: 'TaskCompleted', snake: 'task_completed', since: '2.1.33' },
  { name: 'TeammateIdle', snake: 'teammate_idle', since: '2.1.33' },
  { name: 'Elicitation', snake: 'elicitation', since: '2.1.76' },
  { name: 'ElicitationResult', snake: 'elicitation_result', since: '2.1.76' },
  { name: 'ConfigChange', snake: 'config_change', since: '2.1.49' },
  { name: 'CwdChanged', snake: 'cwd_changed', since: '2.1.83' },
  { name: 'DirectoryAdded', snake: 'directory_added', since: '2.1.219' },
  { name: 'FileChanged', snake: 'file_changed', since: '2.1.83' },
  { name: 'WorktreeCreate', snake: 'worktree_create', since: '2.1.50', never: REPLACES },
  { name: 'WorktreeRemove', snake: 'worktree_remove', since: '2.1.50', never: REPLACES },
  { name: 'PreCompact', snake: 'pre_compact', since: '1.0.48' },
  { name: 'PostCompact', snake: 'post_compact', since: '2.1.76' },
  {
    name: 'PreModelSwitch',
    snake: 'pre_model_switch',
    since: '2.1.251',
    never: 'a hook time-out blocks the switch',
  },
  { name: 'PostModelSwitch', snake: 'post_model_switch', since: '2.1.251' },
  { name: 'Stop', snake: 'stop', since: '1.0.38' },
  { name: 'StopFailure', snake: 'stop_failure', since: '2.1.78' },
  { name: 'SessionEnd', snake: 'session_end', since: '1.0.85' },
];

/** What every client we may meet knows; registered when its version cannot be learned. */
const SAFE_EVENTS = new Set([
  'PreToolUse',
  'PostToolUse',
  'UserPromptSubmit',
  'Stop',
  'SubagentStop',
  'Notification',
  'SessionStart',
  'SessionEnd',
]);

const BY_NAME = new Map(HOOK_EVENTS.map((event) => [event.name, event]));

/** The table's row for a hook event, `undefined` for a name we do not know. */
export function hookEventInfo(name: string): HookEventInfo | undefined {
  return BY_NAME.get(name);
}

/**
 * The events to register for one client.
 * @param version the client's own, e.g. `2.1.330`; `undefined` when it could not be asked
 */
export function eventsForClient(version: string | undefined): readonly HookEventInfo[] {
  const wanted = HOOK_EVENTS.filter((event) => event.never === undefined);
  if (version === undefined) return wanted.filter((event) => SAFE_EVENTS.has(event.name));
  return wanted.filter((event) => compareVersions(version, event.since) >= 0);
}

/** Negative, zero or positive, by the numbers of two dotted versions; what follows a `-` is ignored. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
