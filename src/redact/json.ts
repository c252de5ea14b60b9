/** The few JSON helpers this room shares; all of them survive keys like `__proto__`. */

import { isObject } from '../event/shape.ts';

export { isObject };

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
