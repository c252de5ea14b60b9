/** The filter as a test on records, and as byte strings that every line of a matching record must contain. */
import type { AtelRecord } from '../journal/record.ts';
import { formatNanos } from '../platform/clock.ts';
import type { RecordFilter } from './record-source.ts';

/** Whether a record matches. Its own fields decide, never the copies a store keeps beside it. */
export function createMatcher(filter: RecordFilter): (record: AtelRecord) => boolean {
  const { session, tool, event } = filter;
  const project = filter.project && withoutSlash(filter.project);
  // Timestamps have one fixed form, so that their order is that of their text.
  const since = filter.since === undefined ? undefined : formatNanos(filter.since);
  const until = filter.until === undefined ? undefined : formatNanos(filter.until);
  return (record) =>
    (since === undefined || record.timestamp >= since) &&
    (until === undefined || record.timestamp < until) &&
    (session === undefined || record.session_id?.startsWith(session) === true) &&
    (project === undefined || record.project_name === filter.project || record.project_path === project) &&
    (tool === undefined || record.tool_name === tool) &&
    (event === undefined || record.event_type === event || record.hook_event === event);
}

/**
 * Texts in the line of every matching record: of each list at least one. Lines are canonical JSON, where a key is
 * followed by `:` and its value with no space, and strings have one form only.
 */
export function lineNeedles(filter: RecordFilter): readonly (readonly string[])[] {
  const { session, project, tool, event } = filter;
  const member = (key: string, value: string): string => `"${key}":${JSON.stringify(value)}`;
  const lists: (readonly string[])[] = [];
  if (session !== undefined) lists.push([member('session_id', session).slice(0, -1)]);
  if (tool !== undefined) lists.push([member('tool_name', tool)]);
  if (event !== undefined) lists.push([member('event_type', event), member('hook_event', event)]);
  if (project !== undefined) {
    lists.push([member('project_name', project), member('project_path', withoutSlash(project))]);
  }
  return lists;
}

/** One text that the line of every matching record contains, `undefined` when there is none. */
export function lineNeedle(filter: RecordFilter): string | undefined {
  return lineNeedles(filter).find((needles) => needles.length === 1)?.[0];
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
