/** Reading the journal, with the same memory however long it is. */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { readAt } from '../platform/files.ts';
import { leafInPlace } from './canonical.ts';
import { type Place, PURGED_VERSION, readPurged } from './purged.ts';
import { type AtelRecord, RECORD_VERSION } from './record.ts';
import { listSegments } from './segments.ts';

/** Longest line we write or read, newline included; bodies are cut to 48 KiB long before. */
export const MAX_LINE_BYTES = 1_048_576;
export const BLOCK_BYTES = 1 + MAX_LINE_BYTES;

const NEWLINE = 10;
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
  /** Hex SHA-256, as `leafOf` makes it. */
  readonly leaf: string;
  readonly position: LinePosition;
  /** It has no newline: an append was interrupted or is under way. */
  readonly torn?: true;
  /** Why the bytes cannot be what we wrote; `line` and `leaf` are then empty, as they are of a torn line. */
  readonly damaged?: string;
}

/** Whole lines that stand one behind the other, or one that is torn or too long. */
export interface Block {
  readonly segment: string;
  /** Byte offset of the first line. */
  readonly offset: number;
  /** The lines, with their newlines, behind one byte to spare (see `leafInPlace`). */
  readonly bytes: Buffer<ArrayBuffer>;
  /** What stands here in place of whole lines. */
  readonly odd?: Pick<JournalLine, 'torn' | 'damaged'> & { readonly next: number };
}

/**
 * All lines in the order of writing, from `from` on (which must be the start of a line).
 * What is appended while reading may or may not be seen.
 */
export function* readJournal(dir: string, from?: JournalPosition): Generator<JournalLine> {
  const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
  for (const block of readBlocks(dir, from, () => buffer)) yield* linesIn(block);
}

/** @param allocate gives a buffer of `BLOCK_BYTES` for each block */
export function* readBlocks(
  dir: string,
  from: JournalPosition | undefined,
  allocate: () => Buffer<ArrayBuffer>,
): Generator<Block> {
  for (const segment of listSegments(dir)) {
    if (from && segment < from.segment) continue;
    yield* blocksOf(dir, segment, segment === from?.segment ? from.offset : 0, allocate);
  }
}

function* blocksOf(
  dir: string,
  segment: string,
  from: number,
  allocate: () => Buffer<ArrayBuffer>,
): Generator<Block> {
  const fd = openSync(join(dir, segment), 'r');
  try {
    for (let offset = from; ;) {
      const buffer = allocate();
      const length = readSync(fd, buffer, 1, MAX_LINE_BYTES, offset);
      if (length === 0) return;
      const end = buffer.subarray(0, 1 + length).lastIndexOf(NEWLINE) + 1;
      if (end > 1) {
        yield { segment, offset, bytes: buffer.subarray(0, end) };
        offset += end - 1;
        continue;
      }
      const next = length === MAX_LINE_BYTES ? newlineBehind(fd, offset + length) : undefined;
      const odd = next === undefined ? ({ torn: true } as const) : { damaged: 'longer than a record can be' };
      yield { segment, offset, bytes: buffer.subarray(0, 1), odd: { ...odd, next: next ?? offset } };
      if (next === undefined) return;
      offset = next;
    }
  } finally {
    closeSync(fd);
  }
}

/** The lines of a block. */
export function* linesIn({ segment, offset, bytes, odd }: Block): Generator<JournalLine> {
  if (odd) {
    const { next, ...why } = odd;
    yield { line: '', leaf: '', position: { segment, offset, next }, ...why };
  }
  for (let start = 1; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const position = { segment, offset: offset + start - 1, next: offset + end };
    yield toLine(bytes, [start, end], position);
    start = end + 1;
  }
}

function toLine(chunk: Buffer, [start, end]: [number, number], position: LinePosition): JournalLine {
  const bytes = chunk.subarray(start, end);
  // What is no text is no line of ours, whatever its hash is.
  if (!isUtf8(bytes)) return { line: '', leaf: '', position, damaged: 'not UTF-8' };
  return { line: bytes.toString('utf8'), leaf: leafInPlace(chunk, start, end), position };
}

function newlineBehind(fd: number, from: number): number | undefined {
  for (let offset = from; ;) {
    const chunk = readAt(fd, offset, MAX_LINE_BYTES);
    if (chunk.length === 0) return undefined;
    const end = chunk.indexOf(NEWLINE);
    if (end >= 0) return offset + end + 1;
    offset += chunk.length;
  }
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
  if (typeof stream !== 'string' || !STREAM.test(stream)) return false;
  if (!isNumber(audit['seq']) || !isHash(audit['prev'])) return false;
  return session === undefined ? sseq === undefined && sprev === undefined : isNumber(sseq) && isHash(sprev);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && HASH.test(value);
}
