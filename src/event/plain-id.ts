/** Ids come from payloads and environments that anybody may have made: they are used only when they look like ids. */
import { createHash } from 'node:crypto';

/** Longest id or name that is kept as it is. */
const MAX_ID_CHARS = 128;
const MAX_NAME_CHARS = 256;

/** True for what may stand in a query, a file name or a shell line as it is. */
export function isPlainId(value: string | undefined): value is string {
  return value !== undefined && value.length <= MAX_ID_CHARS && /^[A-Za-z0-9._-]+$/.test(value);
}

/** The id itself, or a hash in its place: equal ids stay equal, and nothing odd comes along. `undefined` when empty. */
export function plainIdOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '' || isPlainId(value)) return value || undefined;
  return `odd-${createHash('sha256').update(value).digest('hex').slice(0, 32)}`;
}

/** A name of bounded length; `undefined` when empty. */
export function shortName(value: string | undefined): string | undefined {
  return value?.slice(0, MAX_NAME_CHARS).toWellFormed() || undefined;
}
