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
  const line = canonicalize(record);
  if (line === undefined) throw new Error('a record has no canonical form');
  return line;
}

/** How many session keys are kept, since records of one session mostly stand together. */
const MAX_KEYS = 1_024;
const keys = new Map<string, string>();

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
