/** The few JSON helpers this room shares; all of them survive keys like `__proto__`. */

import { isObject } from '../event/shape.ts';

export { isObject };

/** `-1.2345678901234567e-300`, rounded up. */
const MAX_SCALAR_BYTES = 32;

/** Sets an own property, whatever the key: plain assignment to `__proto__` would set the prototype instead. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** A key that is not yet taken in `target`: two keys may become equal when they are cleaned or masked. */
export function freeKey(target: Readonly<Record<string, unknown>>, key: string): string {
  if (!Object.hasOwn(target, key)) return key;
  let n = 2;
  while (Object.hasOwn(target, `${key}#${n}`)) n++;
  return `${key}#${n}`;
}

/** A copy of the members in front of this one. */
export function membersBefore(
  object: Readonly<Record<string, unknown>>,
  key: string,
): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const earlier of Object.keys(object)) {
    if (earlier === key) break;
    put(copy, earlier, object[earlier]);
  }
  return copy;
}

export function joinPath(path: string, key: string | number): string {
  return path === '' ? String(key) : `${path}.${key}`;
}

/** Length of the value's JSON in UTF-8; the same for any key order, so for RFC 8785 too. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** Never less than `jsonBytes` of a value that has a JSON form, and cheap: a UTF-16 unit takes at most six bytes (`\\u0007`). */
export function jsonBytesAtMost(value: unknown): number {
  if (typeof value === 'string') return 6 * value.length + 2;
  if (typeof value !== 'object' || value === null) return MAX_SCALAR_BYTES;
  let bytes = 2;
  if (Array.isArray(value)) for (const item of value) bytes += jsonBytesAtMost(item) + 1;
  else if (isObject(value))
    for (const key of Object.keys(value)) bytes += 6 * key.length + 4 + jsonBytesAtMost(value[key]);
  return bytes;
}
