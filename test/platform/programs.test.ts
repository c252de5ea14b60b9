import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram, isExecutable, searchPath } from '../../src/platform/programs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(directory: string, mode: number): string {
  mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, directory, 'tool'), '#!/bin/sh\n', { mode });
  return join(root, directory, 'tool');
}

describe('the search for a program', () => {
  it('takes the first that may be run, and neither a directory nor a plain file of that name', () => {
    mkdirSync(join(root, 'directory/tool'), { recursive: true });
    const plain = put('plain', 0o644);
    const [first, second] = [put('first', 0o755), put('second', 0o755)];
    const directories = ['missing', 'directory', 'plain', 'first', 'second'].map((name) => join(root, name));
    expect(findProgram('tool', directories)).toBe(first);
    expect(findProgram('tool', directories.toReversed())).toBe(second);
    expect(findProgram('tool', directories.slice(0, 3))).toBeUndefined();
    expect(isExecutable(plain)).toBe(false);
  });

  it('leaves out what of PATH depends on where one stands', () => {
    expect(searchPath({ PATH: 'bin:/usr/bin:.::/bin' })).toEqual(['/usr/bin', '/bin']);
    expect(searchPath({})).toEqual([]);
  });
});
