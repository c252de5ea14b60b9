/** The filter as a test on records, and as byte strings that every line of a matching record must contain. */
import type { AtelRecord } from '../journal/record.ts';
import { formatNanos } from '../platform/clock.ts';
import type { RecordFilter } from './record-source.ts';

/** Whether a record matches. Its own fields decide, never the copies a store keeps beside it. */
export function createMatcher(filter: RecordFilter): (record: AtelRecord) => boolean {
  const { session, tool, event } = filter;
  const project = filter.project?.replace(/(?<=.)\/+$/, '');
  // Timestamps have one fixed form, so that their order is that of their text.
  const since = filter.since === undefined ? undefined : formatNanos(filter.since);
  const until = filter.until === undefined ? undefined : formatNanos(filter.until);
  return (record) =>
    (since === undefined || record.timestamp >= since) &&
    (until === undefined || record.timestamp < until) &&
    (session === undefined || record.session_id?.startsWith(session) === true) &&
    (project === undefined || record.project_name === project || record.project_path === project) &&
    (tool === undefined || record.tool_name === tool) &&
    (event === undefined || record.event_type === event || record.hook_event === event);
}

/**
 * The longest text that every matching line contains, `undefined` when there is none. Lines are canonical JSON, where
 * a key is followed by `:` and its value with no space, and strings have one form only.
 */
export function lineNeedle(filter: RecordFilter): string | undefined {
  if (filter.session !== undefined) return `"session_id":${JSON.stringify(filter.session).slice(0, -1)}`;
  if (filter.tool !== undefined) return `"tool_name":${JSON.stringify(filter.tool)}`;
  return undefined;
}
