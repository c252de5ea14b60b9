/** The walk over the strings of a record, and what the names of members say about their values. */
import { freeKey, isObject, membersBefore, put } from './json.ts';
import { type Safe, safeItem, safeMember } from './safe.ts';
import { isSecretAssignment } from './secret-names.ts';
import { NAMED_FIELD_RULE } from './secrets.ts';
import { mark } from './view.ts';

/** Quicker than a closer look at each of a record's many keys. */
const MAY_NAME_A_SECRET = /pass|pw|secret|token|jwt|credential|auth|key/i;
/** Keys shorter than this cannot be a secret that its form gives away. */
const MIN_SECRET_KEY_CHARS = 16;
const MARK = /^\[redacted:[a-z0-9-]{1,32}:\d{1,9}\]$/;
/** Members whose name is the value of another. */
const NAMED_BESIDE: ReadonlySet<string> = new Set(['value', 'text', 'ParameterValue']);
const PASSWORD_FIELD = /passw|passphrase|passcode/i;
const SECRET_FLAG_ITEM =
  /^--?(?:[a-z0-9]{1,24}-){0,4}(?:passw(?:or)?d|passphrase|pass|storepass|keypass|token|secret|(?:secret|access|api|auth|account)-?key)$/i;

/** How a member is treated, as far as its name tells. */
interface Member {
  /** What is safe of it. */
  readonly safe: Safe | undefined;
  readonly mayBeSecret: boolean;
  /** Its name is masked like any text. */
  readonly isText: boolean;
}

export type MemberTables = (safe: Safe | undefined) => (key: string) => Member;

/** Judges each name once per batch and place: a batch has few names, and each of them many times. */
export function createMemberTables(): MemberTables {
  const tables = new Map<Safe | undefined, (key: string) => Member>();
  return (safe) => {
    const known = tables.get(safe);
    if (known) return known;
    const members = new Map<string, Member>();
    const table = (key: string): Member => {
      const seen = members.get(key);
      if (seen) return seen;
      const member = memberOf(safe, key);
      members.set(key, member);
      return member;
    };
    tables.set(safe, table);
    return table;
  };
}

function memberOf(parent: Safe | undefined, key: string): Member {
  const safe = safeMember(parent, key);
  const isOurs = typeof safe === 'string';
  return {
    safe,
    mayBeSecret: !isOurs && (NAMED_BESIDE.has(key) || MAY_NAME_A_SECRET.test(key)),
    isText: !isOurs && key.length >= MIN_SECRET_KEY_CHARS,
  };
}

/**
 * Gives a value back with each string as `replace` returns it.
 * @param onNamed called for each value that goes whole because of its name
 */
export function createWalk(
  membersOf: MemberTables,
  replace: (text: string) => string,
  onNamed: () => void = () => undefined,
): <T>(value: T, safe: Safe | undefined) => T {
  const named = (value: unknown): string => {
    onNamed();
    return mark(NAMED_FIELD_RULE, String(value).length);
  };

  function walk<T>(value: T, safe: Safe | undefined): T;
  function walk(value: unknown, safe: Safe | undefined): unknown {
    if (safe === 'all') return value;
    if (typeof value === 'string') return safe === 'scalar' ? value : replace(value);
    if (Array.isArray(value)) return walkArray(value, safeItem(safe));
    return isObject(value) ? walkObject(value, safe) : value;
  }

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
    const memberAt = membersOf(safe);
    let copy: Record<string, unknown> | undefined;
    // Twice as fast as over `Object.keys`, and nothing is inherited: all objects are of JSON or of ours.
    for (const key in object) {
      const value = object[key];
      const member = memberAt(key);
      const isSecret =
        member.mayBeSecret && isSecretValue(NAMED_BESIDE.has(key) ? nameBeside(object) : key, value);
      const result = isSecret ? named(value) : walk(value, member.safe);
      const shownKey = member.isText ? replace(key) : key;
      if (!copy && result === value && shownKey === key) continue;
      copy ??= membersBefore(object, key);
      put(copy, freeKey(copy, shownKey), result);
    }
    return copy ?? object;
  };

  return walk;
}

/** The name of a `{name, value}` or `{key, value}` pair, or of the field that a `{element, text}` fills. */
function nameBeside(object: Readonly<Record<string, unknown>>): string {
  const name = object['name'] ?? object['key'] ?? object['ParameterKey'];
  if (typeof name === 'string') return name;
  const field = object['element'] ?? object['selector'] ?? object['label'];
  return typeof field === 'string' && PASSWORD_FIELD.test(field) ? 'password' : '';
}

function isSecretValue(name: string, value: unknown): boolean {
  if (typeof value === 'number') return /passw(?:or)?d$|passcode$/i.test(name);
  if (typeof value !== 'string' || !MAY_NAME_A_SECRET.test(name) || MARK.test(value)) return false;
  return isSecretAssignment({ name, before: '', separator: '":"', quote: '"', value });
}
