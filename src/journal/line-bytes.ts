/** The lines of a file as bytes, with the same memory however long it is. */
import { isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';
import { readAt } from '../platform/files.ts';

/** Longest line we write or read, newline included; bodies are cut to 48 KiB long before. */
export const MAX_LINE_BYTES = 1_048_576;
/** What is read at a time to find the end of a line that is skipped. */
const SEARCH_BYTES = 65_536;

const NEWLINE = 10;

export interface LineBytes {
  /** Holds the line from `start` to `end` until the next one is asked for, behind one byte to spare (see `leafInPlace`). */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where it begins in the file, and where the next line does. */
  readonly offset: number;
  readonly next: number;
  /** It has no newline: an append was interrupted or is under way. */
  readonly torn?: true;
  /** Why the bytes cannot be what we wrote; they are then not there, as they are not of a torn line. */
  readonly damaged?: string;
}

/** The lines that begin between two byte offsets. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** A buffer for `linesIn`. */
export function createLineBuffer(): Buffer {
  return Buffer.allocUnsafe(1 + MAX_LINE_BYTES);
}

/**
 * The lines that begin in a range.
 * @param range begins where a line does
 */
export function* linesIn(fd: number, { from, to }: ByteRange, buffer: Buffer): Generator<LineBytes> {
  for (let offset = from; offset < to;) {
    const length = readSync(fd, buffer, 1, MAX_LINE_BYTES, offset);
    if (length === 0) return;
    const block = buffer.subarray(0, 1 + length);
    const base = offset - 1;
    const blockEnd = endOfLines(block, to - base);
    // What is no text is no line of ours, whatever its hash is.
    const isText = isUtf8(block.subarray(1, blockEnd));
    for (let start = 1; start < blockEnd;) {
      const end = block.indexOf(NEWLINE, start);
      const line = { bytes: block, start, end, offset: base + start, next: base + end + 1 };
      yield isText || isUtf8(block.subarray(start, end))
        ? line
        : { ...line, end: start, damaged: 'not UTF-8' };
      start = end + 1;
    }
    offset = base + blockEnd;
    if (blockEnd > 1) continue;
    const next = length === MAX_LINE_BYTES ? lineBehind(fd, offset + length) : undefined;
    const odd = next === undefined ? ({ torn: true } as const) : { damaged: 'longer than a record can be' };
    yield { bytes: block, start: 1, end: 1, offset, next: next ?? offset, ...odd };
    if (next === undefined) return;
    offset = next;
  }
}

/** The beginning of the first line in a range that may begin anywhere; `undefined` when none begins there. */
export function firstLineIn(fd: number, { from, to }: ByteRange): number | undefined {
  return from === 0 ? from : lineBehind(fd, from - 1, to - 1);
}

/** Index behind the last of the whole lines that begin before index `to`; 1 when there is none. */
function endOfLines(block: Buffer, to: number): number {
  const last = block.lastIndexOf(NEWLINE);
  return 1 + Math.max(0, to <= last ? block.indexOf(NEWLINE, to - 1) : last);
}

/** Where the line begins that stands behind the first newline in a range. */
function lineBehind(fd: number, from: number, to: number = Infinity): number | undefined {
  for (let offset = from; offset < to;) {
    const chunk = readAt(fd, offset, SEARCH_BYTES);
    if (chunk.length === 0) return undefined;
    const end = chunk.indexOf(NEWLINE);
    if (end >= 0) return offset + end < to ? offset + end + 1 : undefined;
    offset += chunk.length;
  }
  return undefined;
}
