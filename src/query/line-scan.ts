/** Lines of a file, read in large blocks; with a needle, whole blocks are skipped at the speed of a byte search. */
import { closeSync, openSync } from 'node:fs';
import { endOfWholeLines, readAt, readInto } from '../platform/files.ts';

const BLOCK_BYTES = 1_048_576;
const BACKWARD_BYTES = 65_536;
/** A longer line is no record and no batch of ours; it is skipped and told. */
export const MAX_SCANNED_LINE_BYTES = 67_108_864;

const NEWLINE = 10;

export interface ScannedLine {
  /** `undefined` for a line beyond `MAX_SCANNED_LINE_BYTES`. */
  readonly text: string | undefined;
  /** Where the line begins, in bytes. */
  readonly offset: number;
  /** Where the next one begins. */
  readonly end: number;
  /** False for what follows the last newline. */
  readonly whole: boolean;
}

export interface ScanOptions {
  readonly from?: number;
  /** Only whole lines that contain this text. */
  readonly needle?: string | undefined;
}

/** The lines of `path` from byte `from` on; an unfinished last line comes too, marked so. */
export function* scanLines(path: string, options: ScanOptions = {}): Generator<ScannedLine> {
  const needle = options.needle === undefined ? undefined : Buffer.from(options.needle);
  const fd = openSync(path, 'r');
  try {
    let offset = options.from ?? 0;
    // One buffer for all blocks: the kernel would have to clear a new one of this size page by page, which takes longer
    // than to search it.
    let buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    for (;;) {
      const block = readInto(buffer, fd, offset);
      const end = block.lastIndexOf(NEWLINE) + 1;
      if (end > 0) {
        yield* needle
          ? linesWith(block.subarray(0, end), needle, offset)
          : linesOf(block.subarray(0, end), offset);
        offset += end;
      } else if (block.length < buffer.length) {
        if (block.length > 0) yield line(block, offset, block.length, false);
        return;
      } else if (buffer.length < MAX_SCANNED_LINE_BYTES) {
        buffer = Buffer.allocUnsafe(2 * buffer.length);
      } else {
        const skipped = lengthOfLine(fd, offset);
        yield { text: undefined, offset, end: offset + skipped.bytes, whole: skipped.whole };
        offset += skipped.bytes;
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** The line at a place that `scanLines` told. */
export function lineAt(fd: number, offset: number, end: number): ScannedLine {
  if (end - offset > MAX_SCANNED_LINE_BYTES) {
    return { text: undefined, offset, end, whole: readAt(fd, end - 1, 1)[0] === NEWLINE };
  }
  const bytes = readAt(fd, offset, end - offset);
  const whole = bytes.at(-1) === NEWLINE;
  return line(whole ? bytes.subarray(0, -1) : bytes, offset, end - offset, whole);
}

/** The whole lines of `path`, the last one first. */
export function* scanLinesBackward(path: string): Generator<string> {
  const fd = openSync(path, 'r');
  try {
    let end = endOfWholeLines(fd);
    for (let tail: Buffer = Buffer.alloc(0); end > 0;) {
      const start = Math.max(0, end - BACKWARD_BYTES);
      const block = Buffer.concat([readAt(fd, start, end - start), tail]);
      let stop = block.length;
      while (stop > 0) {
        const newline = stop > 1 ? block.lastIndexOf(NEWLINE, stop - 2) : -1;
        if (newline < 0 && start > 0) break;
        yield block.toString('utf8', newline + 1, stop - 1);
        stop = newline + 1;
      }
      tail = block.subarray(0, stop);
      end = start;
    }
  } finally {
    closeSync(fd);
  }
}

function* linesOf(block: Buffer, base: number): Generator<ScannedLine> {
  for (let start = 0; start < block.length;) {
    const newline = block.indexOf(NEWLINE, start);
    yield line(block.subarray(start, newline), base + start, newline - start + 1, true);
    start = newline + 1;
  }
}

function* linesWith(block: Buffer, needle: Buffer, base: number): Generator<ScannedLine> {
  for (let from = 0; from < block.length;) {
    const hit = block.indexOf(needle, from);
    if (hit < 0) return;
    const start = block.lastIndexOf(NEWLINE, hit) + 1;
    const newline = block.indexOf(NEWLINE, hit);
    yield line(block.subarray(start, newline), base + start, newline - start + 1, true);
    from = newline + 1;
  }
}

function line(bytes: Buffer, offset: number, length: number, whole: boolean): ScannedLine {
  return { text: bytes.toString('utf8'), offset, end: offset + length, whole };
}

function lengthOfLine(fd: number, offset: number): { bytes: number; whole: boolean } {
  for (let bytes = 0; ;) {
    const block = readAt(fd, offset + bytes, BLOCK_BYTES);
    const newline = block.indexOf(NEWLINE);
    if (newline >= 0) return { bytes: bytes + newline + 1, whole: true };
    bytes += block.length;
    if (block.length < BLOCK_BYTES) return { bytes, whole: false };
  }
}
