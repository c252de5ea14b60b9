/** What a record did, in one phrase, and to what. */
import type { AtelRecord } from '../journal/record.ts';
import { CALL_EVENTS } from './calls.ts';

/** Details that say nothing to a reader of one line. */
const DULL_DETAILS = new Set([
  'kind',
  'calls',
  'prompt_bytes',
  'stop_hook_active',
  'outside_project_scope',
  'size_bytes',
]);
const MAX_DETAIL_VALUES = 3;

/** The tool's name for what a call did; the hook's for anything else, with the tool it asks about. */
export function nameOf({ tool_name: tool, hook_event: event }: AtelRecord): string {
  if (tool === undefined) return event;
  return CALL_EVENTS.has(event) ? tool : `${event} ${tool}`;
}

/** The command, path, address or pattern of a call; a few plain details of any other event. Never escaped. */
export function detailOf(record: AtelRecord): string {
  const details = record.action_details;
  if (!details) return promptOf(record);
  const { command, file_path: path, url, search_pattern: pattern, search_path: where } = details;
  if (command !== undefined) return command;
  if (path !== undefined) return shorten(path, record.project_path);
  if (url !== undefined) return url;
  if (pattern !== undefined) {
    return where === undefined ? pattern : `${pattern} in ${shorten(where, record.project_path)}`;
  }
  if (details.subagent_type !== undefined) return details.subagent_type;
  if (record.tool_name !== undefined) return '';
  // Of a record about ourselves the kind says what it is; of others the name of the event does.
  const kind = record.hook_event === 'Audit' ? details.kind : undefined;
  return [kind, promptOf(record), ...plainValues(details)].filter(Boolean).join(' ');
}

function plainValues(details: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(details)
    .filter(([key]) => !DULL_DETAILS.has(key))
    .flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [`${key}=${value}`]
        : [],
    )
    .slice(0, MAX_DETAIL_VALUES);
}

function promptOf(record: AtelRecord): string {
  const context = record.hook_event === 'UserPromptSubmit' ? record.metadata?.superclaude : undefined;
  return [context?.command, ...(context?.persona ?? []), ...(context?.flags ?? [])]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** A path as seen from the project, when it lies in it. */
function shorten(path: string, project: string | undefined): string {
  return project !== undefined && path.startsWith(`${project}/`) ? path.slice(project.length + 1) : path;
}
