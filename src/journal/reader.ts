/** Reading the journal, with the same memory however long it is. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { leafOf } from './canonical.ts';
import { createLineBuffer, type LineBytes, linesIn } from './line-bytes.ts';
import { type Place, PURGED_VERSION, readPurged } from './purged.ts';
import { type AtelRecord, RECORD_VERSION } from './record.ts';
import { listSegments } from './segments.ts';

const OURS: readonly string[] = [RECORD_VERSION, PURGED_VERSION];
const REQUIRED_TEXT = ['id', 'timestamp', 'level', 'event_type', 'hook_event'] as const;
const HASH = /^[0-9a-f]{64}$/;
/** `<install id>/<epoch>`; so strict that a name can be printed as it is. */
const STREAM = /^[A-Za-z0-9._-]{1,128}\/[A-Za-z0-9._-]{1,64}$/;

/** Where reading goes on. */
export interface JournalPosition {
  /** File name of the segment. */
  readonly segment: string;
  /** Byte offset. */
  readonly offset: number;
}

export interface LinePosition extends JournalPosition {
  /** Offset behind the line's newline. */
  readonly next: number;
}

export interface JournalLine {
  /** Without its newline. */
  readonly line: string;
  /** Hex SHA-256, as `leafOf` makes it; hashed when it is asked for. */
  readonly leaf: string;
  readonly position: LinePosition;
  /** It has no newline: an append was interrupted or is under way. */
  readonly torn?: true;
  /** Why the bytes cannot be what we wrote; `line` and `leaf` are then empty, as they are of a torn line. */
  readonly damaged?: string;
}

/**
 * All lines in the order of writing, from `from` on (which must be the start of a line).
 * What is appended while reading may or may not be seen.
 */
export function* readJournal(dir: string, from?: JournalPosition): Generator<JournalLine> {
  const buffer = createLineBuffer();
  for (const segment of listSegments(dir)) {
    if (from && segment < from.segment) continue;
    const start = segment === from?.segment ? from.offset : 0;
    const fd = openSync(join(dir, segment), 'r');
    try {
      for (const line of linesIn(fd, { from: start, to: Infinity }, buffer)) yield toLine(line, segment);
    } finally {
      closeSync(fd);
    }
  }
}

function toLine({ bytes, start, end, offset, next, torn, damaged }: LineBytes, segment: string): JournalLine {
  const position = { segment, offset, next };
  if (torn) return { line: '', leaf: '', position, torn };
  if (damaged !== undefined) return { line: '', leaf: '', position, damaged };
  const line = bytes.toString('utf8', start, end);
  return {
    line,
    get leaf() {
      return leafOf(line);
    },
    position,
  };
}

export type RecordReading =
  | { readonly kind: 'record'; readonly record: AtelRecord }
  /** Its content was purged; `atel verify` tells whether by us. */
  | { readonly kind: 'purged'; readonly place: Place }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'unknown_version' };

/** What a line holds. A record without a sound `audit` block is unreadable: nothing could be proved about it. */
export function readRecord(line: string): RecordReading {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'unreadable' };
  }
  if (isRecord(value)) return { kind: 'record', record: value };
  const place = readPurged(value, line);
  if (place) return { kind: 'purged', place };
  const version = isObject(value) ? value['v'] : undefined;
  return {
    kind: typeof version === 'string' && !OURS.includes(version) ? 'unknown_version' : 'unreadable',
  };
}

/** The record that a line holds, `undefined` when it holds none. */
export function parseRecord(line: string): AtelRecord | undefined {
  const reading = readRecord(line);
  return reading.kind === 'record' ? reading.record : undefined;
}

/** Checks what everything stands on; made for a million lines, hence by hand. */
function isRecord(value: unknown): value is AtelRecord {
  if (!isObject(value) || value['v'] !== RECORD_VERSION) return false;
  if (!REQUIRED_TEXT.every((key) => typeof value[key] === 'string')) return false;
  const session = value['session_id'];
  return (session === undefined || typeof session === 'string') && isAudit(value['audit'], session);
}

function isAudit(audit: unknown, session: string | undefined): boolean {
  if (!isObject(audit)) return false;
  const { stream, sseq, sprev } = audit;
  if (!isStream(stream)) return false;
  if (!isNumber(audit['seq']) || !isHash(audit['prev'])) return false;
  return session === undefined ? sseq === undefined && sprev === undefined : isNumber(sseq) && isHash(sprev);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** Whether a value names a stream. */
export function isStream(value: unknown): value is string {
  return typeof value === 'string' && STREAM.test(value);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && HASH.test(value);
}
