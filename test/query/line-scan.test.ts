import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanLines, scanLinesBackward } from '../../src/query/line-scan.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Lines longer than the blocks that are read, short ones, empty ones. */
const lines = [
  '',
  'a',
  'x'.repeat(70_000),
  '',
  'y'.repeat(5_000_000),
  'größer',
  ...Array.from({ length: 9000 }, (_, i) => `line ${i} ${'z'.repeat(1000)}`),
];

function file(content: string): string {
  const path = join(dir, 'lines');
  writeFileSync(path, content);
  return path;
}

describe('line scan', () => {
  it('gives every line with its place, over block borders', () => {
    const path = file(`${lines.join('\n')}\nrest`);
    const scanned = [...scanLines(path)];
    expect(scanned.map(({ text }) => text)).toEqual([...lines, 'rest']);
    expect(scanned.map(({ whole }) => whole)).toEqual([...lines.map(() => true), false]);
    let at = 0;
    for (const { offset, end, text, whole } of scanned) {
      expect(offset).toBe(at);
      at += Buffer.byteLength(text ?? '') + (whole ? 1 : 0);
      expect(end).toBe(at);
    }
  });

  it('gives only lines with the needle', () => {
    const path = file(`${lines.join('\n')}\n`);
    expect([...scanLines(path, { needle: 'line 42' })].map(({ text }) => text)).toEqual(
      lines.filter((text) => text.includes('line 42')),
    );
    expect([...scanLines(path, { needle: 'nowhere' })]).toEqual([]);
  });

  it('goes on where it was told', () => {
    const path = file('one\ntwo\nthree\n');
    expect([...scanLines(path, { from: 4 })].map(({ text }) => text)).toEqual(['two', 'three']);
  });

  it('reads backward what it reads forward, without the unfinished end', () => {
    const path = file(`${lines.join('\n')}\nrest`);
    expect([...scanLinesBackward(path)]).toEqual(lines.toReversed());
    expect([...scanLinesBackward(file(''))]).toEqual([]);
    expect([...scanLinesBackward(file('unfinished'))]).toEqual([]);
    expect([...scanLinesBackward(file('\n\n'))]).toEqual(['', '']);
  });
});
