import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScannedLine } from '../../src/query/line-scan.ts';
import { searchFiles } from '../../src/query/search-files.ts';

const BLOCK_BYTES = 1_048_576;
const NEEDLE = '"größer"';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, lines: readonly string[], rest = ''): string {
  const path = join(dir, name);
  writeFileSync(path, `${lines.join('\n')}\n${rest}`);
  return path;
}

/** More files than tasks wait at a time, with all that the search could stumble over. */
function files(): readonly string[] {
  const plain = Array.from(
    { length: 3000 },
    (_, i) => `${i} ${'x'.repeat(1000)}${i % 70 === 0 ? NEEDLE : ''}`,
  );
  const upToBorder = 'b'.repeat(BLOCK_BYTES - 4);
  return [
    file('plain', plain),
    file(
      'none',
      plain.filter((line) => !line.includes(NEEDLE)),
    ),
    file('border', [
      `${upToBorder}${NEEDLE}`,
      NEEDLE,
      upToBorder,
      NEEDLE,
      '',
      `${NEEDLE}${'y'.repeat(3 * BLOCK_BYTES)}`,
    ]),
    file('torn', ['a', NEEDLE], `half a line with ${NEEDLE}`),
    file('empty', [], ''),
    ...Array.from({ length: 30 }, (_, i) => file(`small-${i}`, [`${i}${NEEDLE}`, 'other', `${NEEDLE}${i}`])),
  ];
}

async function search(
  paths: readonly string[],
  needle: string,
  threadsFromBytes: number,
): Promise<readonly (readonly [path: string, lines: readonly ScannedLine[]])[]> {
  const found: [string, readonly ScannedLine[]][] = [];
  for await (const { path, lines } of searchFiles(paths, needle, threadsFromBytes))
    found.push([path, [...lines]]);
  return found;
}

describe('searching files', () => {
  it('finds the same lines in threads as without, in the same order', async () => {
    const paths = files();
    const found = await search(paths, NEEDLE, Infinity);
    expect(found.map(([path]) => path)).toEqual(paths);
    expect(found.map(([, lines]) => lines.length).slice(0, 5)).toEqual([43, 0, 4, 2, 0]);
    expect(await search(paths, NEEDLE, 0)).toEqual(found);
  });

  it('tells of a line that is too long to be read, in threads as without', async () => {
    const path = file('long', [NEEDLE]);
    for (let i = 0; i < 65; i++) appendFileSync(path, 'z'.repeat(BLOCK_BYTES));
    appendFileSync(path, `\n${NEEDLE}\n`);
    const [found] = await search([path], NEEDLE, Infinity);
    expect(found?.[1].map(({ text, whole }) => [text, whole])).toEqual([
      [NEEDLE, true],
      [undefined, true],
      [NEEDLE, true],
    ]);
    expect(await search([path], NEEDLE, 0)).toEqual([found]);
  });

  it('fails where a file cannot be read, in threads as without', async () => {
    const paths = [file('there', [NEEDLE]), join(dir, 'gone')];
    await expect(search(paths, NEEDLE, 0)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
    await expect(search(paths, NEEDLE, Infinity)).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
  });

  it('ends where the reader of it ends early', async () => {
    for await (const { path } of searchFiles(files(), NEEDLE, 0)) {
      expect(path).toBe(join(dir, 'plain'));
      break;
    }
  });
});
