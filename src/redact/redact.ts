/** Masks all strings of a batch of records in one call: values, keys, and values that a key calls a secret. */
import { freeKey, isObject, membersBefore, put } from './json.ts';
import { type Safe, safeItem, safeMember } from './safe.ts';
import { isSecretAssignment } from './secret-names.ts';
import { NAMED_FIELD_RULE, type Masker } from './secrets.ts';
import { mark } from './view.ts';

export interface Redacted<T> {
  /** The same shape as was given; parts in which nothing was masked are shared with it. */
  readonly value: T;
  /** Masked secrets by rule. */
  readonly redactions: Readonly<Record<string, number>>;
}

/** Quicker than a closer look at each of a record's many keys. */
const MAY_NAME_A_SECRET = /pass|pw|secret|token|jwt|credential|auth|key/i;
/** Keys shorter than this cannot be a secret that its form gives away. */
const MIN_SECRET_KEY_CHARS = 16;
const MARK = /^\[redacted:[a-z0-9-]{1,32}:\d{1,9}\]$/;
const SECRET_FLAG_ITEM =
  /^--?(?:[a-z0-9]{1,24}-){0,4}(?:passw(?:or)?d|passphrase|pass|storepass|keypass|token|secret|(?:secret|access|api|auth|account)-?key)$/i;

/**
 * Masks the secrets in records, or any JSON values. Strings under a name like `password`, in an array after an item
 * like `--password`, or beside `name: "DB_PASSWORD"` as `value`, go whole.
 * @param safe what in each value is left as it is
 */
export function redactBatch<T extends object>(
  values: readonly T[],
  masker: Masker,
  safe: Safe,
): Redacted<T>[] {
  const texts: string[] = [];
  const collected = values.map((value) => {
    const from = texts.length;
    let named = 0;
    const collect = (text: string): string => {
      texts.push(text);
      return text;
    };
    visit(value, safe, collect, () => named++);
    return { value, from, to: texts.length, named };
  });
  const { masked, byRule } = masker.mask(texts);
  return collected.map(({ value, from, to, named }) => {
    const redactions: Record<string, number> = named > 0 ? { [NAMED_FIELD_RULE]: named } : {};
    let changed = named > 0;
    for (let i = from; i < to; i++) {
      if (masked[i] === texts[i]) continue;
      changed = true;
      for (const [rule, n] of Object.entries(byRule[i] ?? {})) redactions[rule] = (redactions[rule] ?? 0) + n;
    }
    let next = from;
    return { value: changed ? visit(value, safe, () => masked[next++] ?? '') : value, redactions };
  });
}

/**
 * Walks a value in a fixed order and gives it back with each string as `replace` returns it.
 * @param onNamed called for each value that goes whole because of its name
 */
function visit<T>(value: T, safe: Safe, replace: (text: string) => string, onNamed?: () => void): T;
function visit(
  root: unknown,
  rootSafe: Safe,
  replace: (text: string) => string,
  onNamed: () => void = () => undefined,
): unknown {
  const named = (value: unknown): string => {
    onNamed();
    return mark(NAMED_FIELD_RULE, String(value).length);
  };

  const walk = (value: unknown, safe: Safe | undefined): unknown => {
    if (safe === 'all') return value;
    if (typeof value === 'string') return safe === 'scalar' ? value : replace(value);
    if (Array.isArray(value)) return walkArray(value, safeItem(safe));
    return isObject(value) ? walkObject(value, safe) : value;
  };

  const walkArray = (items: readonly unknown[], safe: Safe | undefined): unknown => {
    let changed = false;
    const copy = items.map((item, i) => {
      const lead: unknown = items[i - 1];
      const secret =
        typeof lead === 'string' && SECRET_FLAG_ITEM.test(lead) && isSecretValue('password', item);
      const result = secret ? named(item) : walk(item, safe);
      changed ||= result !== item;
      return result;
    });
    return changed ? copy : items;
  };

  const walkObject = (object: Readonly<Record<string, unknown>>, safe: Safe | undefined): unknown => {
    let copy: Record<string, unknown> | undefined;
    for (const key of Object.keys(object)) {
      const value = object[key];
      const inner = safeMember(safe, key);
      const ours = typeof inner === 'string';
      const name = key === 'value' ? nameBeside(object) : key;
      const result = !ours && isSecretValue(name, value) ? named(value) : walk(value, inner);
      const shownKey = key.length >= MIN_SECRET_KEY_CHARS && !ours ? replace(key) : key;
      if (!copy && result === value && shownKey === key) continue;
      copy ??= membersBefore(object, key);
      put(copy, freeKey(copy, shownKey), result);
    }
    return copy ?? object;
  };

  return walk(root, rootSafe);
}

/** The name of a `{name, value}` or `{key, value}` pair. */
function nameBeside(object: Readonly<Record<string, unknown>>): string {
  const name = object['name'] ?? object['key'];
  return typeof name === 'string' ? name : '';
}

function isSecretValue(name: string, value: unknown): boolean {
  if (typeof value === 'number') return /passw(?:or)?d$|passcode$/i.test(name);
  if (typeof value !== 'string' || !MAY_NAME_A_SECRET.test(name) || MARK.test(value)) return false;
  return isSecretAssignment({ name, before: '', separator: '":"', quote: '"', value });
}
