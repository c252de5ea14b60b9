/**
 * Capture levels: which fields of a payload may be seen at all (DESIGN, "Content stays home").
 *
 *   class     metadata   redacted   full
 *   plain     shown      shown      shown
 *   path      shown      shown      shown
 *   text      hidden     shown*     shown*     * masked by the next stage
 *   content   hidden     hidden     shown*
 *   unknown   hidden     hidden     shown*
 *
 * A class speaks of a scalar or an array of scalars. An object where a scalar was expected, or the other way round, is
 * as unknown as a field without a class: its inside was never judged.
 */
import type { FieldClass, FieldTable } from '../event/field-class.ts';
import type { CaptureLevel } from '../journal/record.ts';
import { freeKey, isObject, joinPath, jsonBytes, put } from './json.ts';

/** What stands in place of a value that is not shown. */
export interface Hidden {
  readonly hidden: 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';
  /** UTF-8 bytes of a string, of the JSON of anything else. */
  readonly bytes: number;
}

export interface Levelled {
  readonly shown: Record<string, unknown>;
  /** How many values were replaced by a `Hidden`. */
  readonly hidden: number;
  /** Fields without a class, or of an unexpected kind, as dotted paths without array indices; at most 256. */
  readonly unknown: string[];
}

const MAX_DEPTH = 64;
/** Members of one object or array that are shown; the rest becomes one `Hidden` of their kind. */
const MAX_WIDTH = 256;
const MAX_KEY_CHARS = 128;
const MAX_UNKNOWN_PATHS = 256;

const SHOWN: Readonly<Record<CaptureLevel, ReadonlySet<FieldClass>>> = {
  metadata: new Set(['plain', 'path']),
  redacted: new Set(['plain', 'path', 'text']),
  full: new Set(['plain', 'path', 'text', 'content']),
};

/** Reduces a payload to what its level allows. Pure; the result shares no object with the payload. */
export function applyLevel(
  payload: Readonly<Record<string, unknown>>,
  table: FieldTable,
  level: CaptureLevel,
): Levelled {
  const unknown = new Set<string>();
  let hidden = 0;

  const hide = (value: unknown): Hidden => {
    hidden++;
    return { hidden: kindOf(value), bytes: bytesOf(value) };
  };

  const reportUnknown = (path: string): void => {
    if (unknown.size < MAX_UNKNOWN_PATHS) unknown.add(path);
  };

  /** A value whose inside nobody has judged. */
  const unjudged = (value: unknown, path: string, depth: number): unknown => {
    reportUnknown(path);
    return level === 'full' ? bounded(value, depth) : hide(value);
  };

  const bounded = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return hide(value);
    if (Array.isArray(value)) return elements(value, (element) => bounded(element, depth + 1));
    return isObject(value) ? members(value, (member) => bounded(member, depth + 1)) : hide(value);
  };

  const classed = (value: unknown, fieldClass: FieldClass, path: string, depth: number): unknown => {
    if (!SHOWN[level].has(fieldClass)) return hide(value);
    if (level === 'full') return bounded(value, depth);
    if (Array.isArray(value)) {
      return elements(value, (element) => (isScalar(element) ? element : unjudged(element, path, depth + 1)));
    }
    return isScalar(value) ? value : unjudged(value, path, depth);
  };

  const tabled = (value: unknown, fields: FieldTable, path: string, depth: number): unknown => {
    if (depth > MAX_DEPTH) return hide(value);
    if (Array.isArray(value)) {
      return elements(value, (element) =>
        isObject(element) ? tabled(element, fields, path, depth + 1) : unjudged(element, path, depth + 1),
      );
    }
    if (!isObject(value)) return unjudged(value, path, depth);
    return members(value, (member, key) => {
      const inner = joinPath(path, cleanKey(key));
      const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (known === undefined) return unjudged(member, inner, depth + 1);
      return typeof known === 'string'
        ? classed(member, known, inner, depth + 1)
        : tabled(member, known, inner, depth + 1);
    });
  };

  const elements = (values: readonly unknown[], show: (element: unknown) => unknown): unknown[] => {
    const shown = values.slice(0, MAX_WIDTH).map((element) => show(element));
    return values.length > MAX_WIDTH ? [...shown, hide(values.slice(MAX_WIDTH))] : shown;
  };

  const members = (
    value: Readonly<Record<string, unknown>>,
    show: (member: unknown, key: string) => unknown,
  ): Record<string, unknown> => {
    const shown: Record<string, unknown> = {};
    const keys = Object.keys(value);
    for (const key of keys.slice(0, MAX_WIDTH))
      put(shown, freeKey(shown, cleanKey(key)), show(value[key], key));
    if (keys.length > MAX_WIDTH) {
      const rest: Record<string, unknown> = {};
      for (const key of keys.slice(MAX_WIDTH)) put(rest, key, value[key]);
      put(shown, freeKey(shown, '…'), hide(rest));
    }
    return shown;
  };

  const shown = tabled(payload, table, '', 0);
  return { shown: isObject(shown) ? shown : {}, hidden, unknown: [...unknown] };
}

/** Keys are the agent's text too: bounded and well-formed. */
function cleanKey(key: string): string {
  return key.slice(0, MAX_KEY_CHARS).toWellFormed();
}

function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function kindOf(value: unknown): Hidden['hidden'] {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return isObject(value) ? 'object' : 'null';
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  try {
    return jsonBytes(value);
  } catch {
    // Nested beyond what the stack can write; the parser refuses such payloads, so this is only a guard.
    return 0;
  }
}
