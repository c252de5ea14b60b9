/** LogQL from values that anyone may have chosen: one quoting function, names from a list, nothing else. */
import { lineNeedles } from './filter.ts';
import type { RecordFilter } from './record-source.ts';

/** The `service.name` of all our LogRecords. */
const SERVICE_NAME = 'claude-telemetry';

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

/** The selector of everything we ever sent. */
export const ALL_RECORDS = `{service_name=${quote(SERVICE_NAME)}}`;

/**
 * The log query of a filter. Line filters on the record itself decide: attributes are copies, cleaned and cut. Only a
 * project whose name no cleaning can change narrows the search by its index label too.
 */
export function buildLogQuery(filter: RecordFilter): string {
  const { project } = filter;
  const plain = project !== undefined && /^[\w.-]{1,64}$/.test(project);
  const selector = plain
    ? `{service_name=${quote(SERVICE_NAME)}, project_name=${quote(project)}}`
    : ALL_RECORDS;
  const stages = lineNeedles(filter).map((needles) => `|= ${needles.map(quote).join(' or ')}`);
  return [selector, ...stages].join(' ');
}

/** Whether an expression asks for log lines; everything else is a metric. */
export function isLogQuery(expression: string): boolean {
  return /^[\s(]*\{/.test(expression);
}
