import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDeadLetters } from '../../src/otlp/dead-letter.ts';
import { sample } from './samples.ts';

let home: string;
let dir: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  dir = join(home, 'dead');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('a dead letter', () => {
  it('lies in its directory whatever the record’s id, under a name of bounded length', () => {
    const letters = createDeadLetters(dir, () => 0n);
    for (const id of ['../../../outside', '/etc/passwd', 'loss-write1-a.b', 'x'.repeat(300)])
      letters.rejected(sample(7, '', { id }), 400, 'no');
    expect(readdirSync(home)).toEqual(['dead']);
    expect(readdirSync(dir).toSorted()).toEqual([
      '7-etcpasswd.json',
      '7-loss-write1-ab.json',
      '7-outside.json',
      `7-${'x'.repeat(64)}.json`,
    ]);
  });

  it('is the user’s alone, and one a record', () => {
    const letters = createDeadLetters(dir, () => 0n);
    const [first, second] = ['no', 'still no'].map((message) => letters.rejected(sample(7), 400, message));
    expect(first).toBe(second);
    expect(readdirSync(dir)).toHaveLength(1);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(first ?? '').mode & 0o777).toBe(0o600);
  });
});
