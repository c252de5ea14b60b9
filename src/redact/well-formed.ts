/** Makes a value one that RFC 8785 can write: only text that UTF-8 has, only numbers that no reader rounds. */
import { freeKey, isObject, joinPath, put } from './json.ts';

export interface WellFormed<T> {
  /** The same shape as was given; shared with it where nothing was repaired. */
  readonly value: T;
  /** Dotted paths of what was changed. */
  readonly repaired: string[];
}

/** The only block of a record that may hold non-integers, see `AtelRecord`. */
export const FRACTIONS_ALLOWED_IN = 'resource_usage';

/**
 * Replaces lone surrogates (keys too) by U+FFFD, turns −0 into 0, and numbers that are unsafe, not finite, or not whole
 * outside of `resource_usage` into strings. Members without a JSON value (`undefined`, functions) are left out.
 */
export function wellFormed<T extends object>(value: T): WellFormed<T> {
  const repaired: string[] = [];
  return { value: repair(value, '', repaired), repaired };
}

/** Whether no reader rounds it; `-0` has no canonical form of its own. */
export function isSoundNumber(number: number, fractions: boolean): boolean {
  return Number.isSafeInteger(number) ? !Object.is(number, -0) : fractions && Number.isFinite(number);
}

function repair<T>(value: T, path: string, repaired: string[]): T;
function repair(value: unknown, path: string, repaired: string[]): unknown {
  if (typeof value === 'string') return repairString(value, path, repaired);
  if (typeof value === 'number') return repairNumber(value, path, repaired);
  if (Array.isArray(value)) return repairArray(value, path, repaired);
  if (isObject(value)) return repairObject(value, path, repaired);
  if (typeof value !== 'bigint') return value;
  repaired.push(path);
  return String(value);
}

function repairString(text: string, path: string, repaired: string[]): string {
  if (text.isWellFormed()) return text;
  repaired.push(path);
  return text.toWellFormed();
}

function repairNumber(number: number, path: string, repaired: string[]): number | string {
  if (Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  if (Number.isFinite(number) && path.startsWith(`${FRACTIONS_ALLOWED_IN}.`)) return number;
  repaired.push(path);
  return String(number);
}

function repairArray(items: readonly unknown[], path: string, repaired: string[]): readonly unknown[] {
  const copy = items.map((item, i) => (hasJson(item) ? repair(item, joinPath(path, i), repaired) : null));
  return copy.every((item, i) => Object.is(item, items[i])) ? items : copy;
}

function repairObject(object: Readonly<Record<string, unknown>>, path: string, repaired: string[]): unknown {
  let changed = false;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (!hasJson(value)) {
      changed = true;
      continue;
    }
    const cleanKey = key.toWellFormed();
    const inner = joinPath(path, cleanKey);
    if (cleanKey !== key) repaired.push(inner);
    const result = repair(value, inner, repaired);
    put(copy, freeKey(copy, cleanKey), result);
    changed ||= cleanKey !== key || !Object.is(result, value);
  }
  return changed ? copy : object;
}

function hasJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
