import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLineBuffer,
  firstLineIn,
  type LineBytes,
  linesIn,
  MAX_LINE_BYTES,
  type ByteRange,
} from '../../src/journal/line-bytes.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const buffer = createLineBuffer();
const WHOLE: ByteRange = { from: 0, to: Infinity };

function read(content: Uint8Array, ranges: readonly ByteRange[]): unknown[] {
  const path = join(dir, 'file');
  writeFileSync(path, content);
  const fd = openSync(path, 'r');
  try {
    return ranges.flatMap(({ from, to }) => {
      const first = firstLineIn(fd, { from, to });
      return first === undefined ? [] : Array.from(linesIn(fd, { from: first, to }, buffer), show);
    });
  } finally {
    closeSync(fd);
  }
}

function show({ bytes, start, end, offset, next, torn, damaged }: LineBytes): unknown {
  return { text: bytes.toString('utf8', start, end), offset, next, torn, damaged };
}

function rangesOf(bytes: number, size: number): readonly ByteRange[] {
  const count = Math.max(1, Math.ceil(bytes / size));
  return Array.from({ length: count }, (_, i) => ({
    from: i * size,
    to: i === count - 1 ? Infinity : (i + 1) * size,
  }));
}

describe('lines of a file', () => {
  it('are those between its newlines, wherever the last one ends', () => {
    const text = Buffer.from('first\n\nzwölf\nhalf');
    expect(read(text, [WHOLE])).toEqual([
      { text: 'first', offset: 0, next: 6 },
      { text: '', offset: 6, next: 7 },
      { text: 'zwölf', offset: 7, next: 14 },
      { text: '', offset: 14, next: 14, torn: true },
    ]);
  });

  it('are the same, each once, in whatever ranges the file is read', () => {
    const line = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.nat(12).map((length) => Buffer.alloc(length, 'x')),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }), (lines, size) => {
        const content = Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')])).subarray(0, -1);
        expect(read(content, rangesOf(content.length, size))).toEqual(read(content, [WHOLE]));
      }),
    );
  });

  it('are the same when some are longer than any record', () => {
    const long = `${'y'.repeat(3 * MAX_LINE_BYTES)}\n`;
    for (const last of ['z\n', long.slice(0, -1)]) {
      const content = Buffer.from(`a\n${long}b\n${last}`);
      const whole = read(content, [WHOLE]);
      expect(whole).toHaveLength(4);
      expect(whole[1]).toMatchObject({ offset: 2, damaged: 'longer than a record can be' });
      for (const size of [900_000, MAX_LINE_BYTES, content.length - 1])
        expect(read(content, rangesOf(content.length, size))).toEqual(whole);
    }
  });
});
