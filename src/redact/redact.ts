/** Masks all strings of a batch of records in one call: values, keys, and values that a key calls a secret. */
import { freeKey, isObject, joinPath, put } from './json.ts';
import { isSecretAssignment } from './secret-names.ts';
import { NAMED_FIELD_RULE, type Masker } from './secrets.ts';
import { mark } from './view.ts';

export interface Redacted<T> {
  /** The same shape as was given; parts in which nothing was masked are shared with it. */
  readonly value: T;
  /** Masked secrets by rule. */
  readonly redactions: Readonly<Record<string, number>>;
}

/** Keys shorter than this cannot be a secret that its form gives away. */
const MIN_SECRET_KEY_CHARS = 16;
const MARK = /^\[redacted:[a-z0-9-]{1,32}:\d{1,9}\]$/;
const SECRET_FLAG_ITEM =
  /^--?(?:[a-z0-9]{1,24}-){0,4}(?:passw(?:or)?d|passphrase|pass|storepass|keypass|token|secret|(?:secret|access|api|auth|account)-?key)$/i;

/**
 * Masks the secrets in records, or any JSON values. Strings under a name like `password`, in an array after an item
 * like `--password`, or beside `name: "DB_PASSWORD"` as `value`, go whole.
 * @param isSafe whether the string at this dotted path (array indices included) is an id, hash, time or enum of ours
 */
export function redactBatch<T extends object>(
  values: readonly T[],
  masker: Masker,
  isSafe: (path: string) => boolean,
): Redacted<T>[] {
  const texts: string[] = [];
  const counted: number[] = [];
  for (const value of values) {
    visit(value, isSafe, (text) => {
      texts.push(text);
      return text;
    });
    counted.push(texts.length);
  }
  const { masked, byRule } = masker.mask(texts);
  let next = 0;
  return values.map((value) => {
    const redactions: Record<string, number> = {};
    const add = (rule: string, n: number): void => {
      redactions[rule] = (redactions[rule] ?? 0) + n;
    };
    const copy = visit(
      value,
      isSafe,
      () => {
        for (const [rule, n] of Object.entries(byRule[next] ?? {})) add(rule, n);
        return masked[next++] ?? '';
      },
      () => add(NAMED_FIELD_RULE, 1),
    );
    return { value: copy, redactions };
  });
}

/**
 * Walks a value in a fixed order and gives it back with each string as `replace` returns it.
 * @param onNamed called for each value that goes whole because of its name
 */
function visit<T>(
  value: T,
  isSafe: (path: string) => boolean,
  replace: (text: string) => string,
  onNamed?: () => void,
): T;
function visit(
  root: unknown,
  isSafe: (path: string) => boolean,
  replace: (text: string) => string,
  onNamed: () => void = () => undefined,
): unknown {
  const named = (value: unknown): string => {
    onNamed();
    return mark(NAMED_FIELD_RULE, String(value).length);
  };

  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return isSafe(path) ? value : replace(value);
    if (Array.isArray(value)) return walkArray(value, path);
    return isObject(value) ? walkObject(value, path) : value;
  };

  const walkArray = (items: readonly unknown[], path: string): unknown => {
    let changed = false;
    const copy = items.map((item, i) => {
      const lead: unknown = items[i - 1];
      const secret =
        typeof lead === 'string' && SECRET_FLAG_ITEM.test(lead) && isSecretValue('password', item);
      const result = secret ? named(item) : walk(item, joinPath(path, i));
      changed ||= result !== item;
      return result;
    });
    return changed ? copy : items;
  };

  const walkObject = (object: Readonly<Record<string, unknown>>, path: string): unknown => {
    let changed = false;
    const copy: Record<string, unknown> = {};
    for (const key of Object.keys(object)) {
      const value = object[key];
      const inner = joinPath(path, key);
      const name = key === 'value' ? nameBeside(object) : key;
      const result = isSecretValue(name, value) && !isSafe(inner) ? named(value) : walk(value, inner);
      const shownKey = key.length >= MIN_SECRET_KEY_CHARS && !isSafe(inner) ? replace(key) : key;
      put(copy, freeKey(copy, shownKey), result);
      changed ||= result !== value || shownKey !== key;
    }
    return changed ? copy : object;
  };

  return walk(root, '');
}

/** The name of a `{name, value}` or `{key, value}` pair. */
function nameBeside(object: Readonly<Record<string, unknown>>): string {
  const name = object['name'] ?? object['key'];
  return typeof name === 'string' ? name : '';
}

function isSecretValue(name: string, value: unknown): boolean {
  if (typeof value === 'number') return /passw(?:or)?d$|passcode$/i.test(name);
  if (typeof value !== 'string' || MARK.test(value)) return false;
  return isSecretAssignment({ name, before: '', separator: '":"', quote: '"', value });
}
