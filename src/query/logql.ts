/** LogQL from values that anyone may have chosen: one quoting function, names from a list, nothing else. */
import type { RecordFilter } from './record-source.ts';

/** The `service.name` of all our LogRecords. */
export const SERVICE_NAME = 'claude-telemetry';

/** Index labels (loki/loki.yaml) that a selector may name, and structured metadata for label filters. */
type IndexLabel = 'service_name' | 'project_name' | 'event_type';
type Metadata = 'session_id' | 'tool_name' | 'event_type' | 'hook_event';

/**
 * A LogQL string literal. LogQL reads double-quoted strings as Go does: `\` and `"` and control characters are
 * escaped; what is not well-formed becomes U+FFFD, as it does in any UTF-8.
 */
export function quote(value: string): string {
  const escaped = value
    .toWellFormed()
    .replace(/[\\"]/g, '\\$&')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\u${code.toString(16).padStart(4, '0')}`;
    });
  return `"${escaped}"`;
}

/** A text that a regular expression of Loki (RE2) matches literally. */
export function escapeRegex(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}

const equals = (name: IndexLabel | Metadata, value: string): string => `${name}=${quote(value)}`;

/** The selector of everything we ever sent. */
export const ALL_RECORDS = `{${equals('service_name', SERVICE_NAME)}}`;

/**
 * The log query of a filter. It finds at least what matches; the records themselves decide, since labels are copies.
 * A project given as a path is left to that, because there is no label for it.
 */
export function buildLogQuery(filter: RecordFilter): string {
  const { session, project, tool, event } = filter;
  const selector = [equals('service_name', SERVICE_NAME)];
  if (project !== undefined && !project.includes('/')) selector.push(equals('project_name', project));
  const stages: string[] = [];
  if (session !== undefined) stages.push(`session_id=~${quote(`${escapeRegex(session)}.*`)}`);
  if (tool !== undefined) stages.push(equals('tool_name', tool));
  if (event !== undefined) stages.push(`(${equals('event_type', event)} or ${equals('hook_event', event)})`);
  return [`{${selector.join(', ')}}`, ...stages.map((stage) => `| ${stage}`)].join(' ');
}

/** Whether an expression asks for log lines; everything else is a metric. */
export function isLogQuery(expression: string): boolean {
  return /^[\s(]*\{/.test(expression);
}
