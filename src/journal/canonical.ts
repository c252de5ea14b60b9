/**
 * Line and leaf of a record. The line is RFC 8785 (JCS) and the only thing that is hashed: it travels as the body of
 * the LogRecord and comes back from every sink byte for byte, which attributes do not.
 */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256 of nothing, which stands where a chain has no record before: the empty root of RFC 6962. */
export const EMPTY_LEAF = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * The RFC 8785 form, one line without its newline.
 * @throws Error — a number that JSON has no form for, or a lone surrogate; redaction lets neither through
 */
export function canonicalLine(record: object): string {
  const line = plainLine(record) ?? canonicalize(record);
  if (line === undefined) throw new Error('a record has no canonical form');
  return line;
}

/** How many session keys are kept, since records of one session mostly stand together. */
const MAX_KEYS = 1_024;
const keys = new Map<string, string>();

/**
 * RFC 8785 writes strings and numbers as `JSON.stringify` does, which is twice as fast once the members are in order.
 * `undefined` for what the two do not write alike, and for some more: the library knows.
 */
function plainLine(record: object): string | undefined {
  const ordered = inOrder(record);
  const line = ordered === ODD ? undefined : JSON.stringify(ordered);
  // The escape of a lone surrogate, or a text that looks like one.
  return line?.includes(String.raw`\ud`) ? undefined : line;
}

const ODD = Symbol('not written alike');

/** The value with all members in the order of their keys' UTF-16 units. */
function inOrder(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : ODD;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    return items.includes(ODD) ? ODD : items;
  }
  const keys = sorted(Object.keys(value));
  // Keys that are array indices cannot be put in order: an object has them in front, by their number.
  const mayHaveIndex = (keys[0] ?? ':') < ':';
  if (mayHaveIndex || !isPlain(value)) return ODD;
  const ordered: Record<string, unknown> = {};
  for (const key of keys) {
    const member = inOrder(value[key]);
    if (member === ODD) return ODD;
    ordered[key] = member;
  }
  return ordered;
}

/** So many keys at most are sorted by insertion, which takes a third of the built-in sort's time for them. */
const FEW_KEYS = 32;

/** The keys in the order of their UTF-16 units; sorts in place. */
function sorted(keys: string[]): readonly string[] {
  if (keys.length > FEW_KEYS) return keys.toSorted();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let to = i;
    for (; to > 0 && (keys[to - 1] ?? '') > key; to--) keys[to] = keys[to - 1] ?? '';
    keys[to] = key;
  }
  return keys;
}

/** Whether an object is its members and nothing else, and each of them can be copied by assignment. */
function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return !Object.hasOwn(value, '__proto__');
}

/**
 * What stands for a session's id where the id itself need not be known: 16 bytes of
 * SHA-256("agent-telemetry/session/v1" 0x00 id), hex. Ids are random, so nobody finds one by trying.
 */
export function sessionKey(id: string): string {
  const known = keys.get(id);
  if (known !== undefined) return known;
  const key = hash('sha256', `agent-telemetry/session/v1\0${id}`, 'hex').slice(0, 32);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(id, key);
  return key;
}

/** Hex SHA-256(0x00 ‖ UTF-8 line); the zero byte tells leaves from inner nodes of an RFC 6962 tree. */
export function leafOf(line: string): string {
  return hash('sha256', `\0${line}`, 'hex');
}

/**
 * The same of a line that stands in `buffer` from `start` to `end`, without a copy: the byte before it, which `start`
 * must leave room for, becomes the zero.
 */
export function leafInPlace(buffer: Buffer, start: number, end: number): string {
  buffer[start - 1] = 0;
  return hash('sha256', buffer.subarray(start - 1, end), 'hex');
}
