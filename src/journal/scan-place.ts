/**
 * Reads a record's place off the bytes of its line, without making an object of all that it holds. It knows the lines
 * that we write: canonical JSON, of a session's record. Of any other line it says nothing, and `readRecord` has to look:
 * so it may miss a record, but it never takes a line that `readRecord` would not take, nor reads another place from it.
 */
import { sessionKey } from './canonical.ts';
import type { Place } from './purged.ts';
import { isStream } from './reader.ts';
import { RECORD_VERSION } from './record.ts';
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  endOfPlainString,
  endOfValue,
  isDigit,
  isHexDigit,
  NO_END,
  OPEN_BRACE,
  QUOTE,
  startsWith,
  ZERO,
} from './skip-json.ts';

/** A member that is looked for, and where its value stands in the line at hand: `NO_END` where there is none. */
interface Member {
  readonly key: Buffer;
  readonly inside: readonly Member[];
  start: number;
}

/** In ascending order of their keys, as `findMembers` wants them. */
const AUDIT = {
  prev: member('prev'),
  seq: member('seq'),
  sprev: member('sprev'),
  sseq: member('sseq'),
  stream: member('stream'),
};
const RECORD = {
  audit: member('audit', Object.values(AUDIT)),
  event: member('event_type'),
  hook: member('hook_event'),
  id: member('id'),
  level: member('level'),
  session: member('session_id'),
  timestamp: member('timestamp'),
  version: member('v'),
};
const TOP = Object.values(RECORD);
const ALL = [...Object.values(AUDIT), ...TOP];
const TEXTS = [RECORD.event, RECORD.hook, RECORD.id, RECORD.level, RECORD.timestamp];
const OUR_VERSION = Buffer.from(JSON.stringify(RECORD_VERSION));
const HASH_DIGITS = 64;
/** So many digits are an exact number. */
const MAX_DIGITS = 15;

/**
 * The place of the record whose line stands in `bytes` from `start` to `end`, with a byte before it and a newline behind.
 * @param bytes valid UTF-8 there
 * @param leaf the line's
 * @returns `undefined` for a line that has to be parsed
 */
export function scanPlace(bytes: Buffer, start: number, end: number, leaf: string): Place | undefined {
  for (const member of ALL) member.start = NO_END;
  if (findMembers(bytes, start, TOP) !== end) return undefined;
  if (!startsWith(bytes, RECORD.version.start, OUR_VERSION)) return undefined;
  for (const text of TEXTS) if (bytes[text.start] !== QUOTE) return undefined;
  const stream = textOf(bytes, AUDIT.stream);
  const prev = hashOf(bytes, AUDIT.prev);
  const sprev = hashOf(bytes, AUDIT.sprev);
  const id = textOf(bytes, RECORD.session);
  const seq = numberOf(bytes, AUDIT.seq);
  const sseq = numberOf(bytes, AUDIT.sseq);
  if (!isStream(stream) || id === undefined) return undefined;
  if (prev === undefined || sprev === undefined || seq === 0 || sseq === 0) return undefined;
  return { stream, seq, prev, leaf, inSession: { session: sessionKey(id), sseq, sprev } };
}

/**
 * Finds members of the object that begins at `at`. Its keys must be in order as far as the wanted ones tell, so that none
 * of these stands twice, and have no escapes, which could hide one.
 * @returns the index behind the object
 */
function findMembers(bytes: Buffer, at: number, wanted: readonly Member[]): number {
  if (bytes[at] !== OPEN_BRACE) return NO_END;
  let next = 0;
  for (let i = at; ;) {
    const key = i + 1;
    const colon = endOfPlainString(bytes, key);
    if (colon === NO_END || bytes[colon] !== COLON) return NO_END;
    if (next > 0 && compareKey(bytes, key, wanted[next - 1]) <= 0) return NO_END;
    let order = compareKey(bytes, key, wanted[next]);
    while (order > 0) order = compareKey(bytes, key, wanted[++next]);
    const member = order === 0 ? wanted[next++] : undefined;
    i = endOfMember(bytes, colon + 1, member);
    if (bytes[i] === CLOSE_BRACE) return i + 1;
    if (bytes[i] !== COMMA) return NO_END;
  }
}

function endOfMember(bytes: Buffer, at: number, member: Member | undefined): number {
  if (!member) return endOfValue(bytes, at);
  member.start = at;
  return member.inside.length > 0 ? findMembers(bytes, at, member.inside) : endOfValue(bytes, at);
}

/** Order of the key at `at` and that of a member; nothing stands behind all keys. */
function compareKey(bytes: Buffer, at: number, member: Member | undefined): number {
  if (!member) return -1;
  const { key } = member;
  for (let i = 0; i < key.length; i++) {
    const order = (bytes[at + i] ?? 0) - (key[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** A string without escapes. */
function textOf(bytes: Buffer, { start }: Member): string | undefined {
  const end = endOfPlainString(bytes, start);
  return end === NO_END ? undefined : bytes.toString('utf8', start + 1, end - 1);
}

function hashOf(bytes: Buffer, { start }: Member): string | undefined {
  const end = start + 1 + HASH_DIGITS;
  if (bytes[start] !== QUOTE || bytes[end] !== QUOTE) return undefined;
  for (let i = start + 1; i < end; i++) if (!isHexDigit(bytes[i])) return undefined;
  return bytes.toString('latin1', start + 1, end);
}

/** A whole number without a sign; 0 where there is none. */
function numberOf(bytes: Buffer, { start }: Member): number {
  let value = 0;
  let at = start;
  for (; isDigit(bytes[at]); at++) value = 10 * value + (bytes[at] ?? 0) - ZERO;
  const ended = bytes[at] === COMMA || bytes[at] === CLOSE_BRACE;
  return ended && at - start <= MAX_DIGITS ? value : 0;
}

function member(key: string, inside: readonly Member[] = []): Member {
  return { key: Buffer.from(JSON.stringify(key)), inside, start: NO_END };
}
