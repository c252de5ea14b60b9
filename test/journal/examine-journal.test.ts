import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { examine, type Examined } from '../../src/journal/examine.ts';
import { examineJournal } from '../../src/journal/examine-journal.ts';
import { planPurge, replaceLines } from '../../src/journal/purge.ts';
import { claimsOf } from '../../src/journal/purged.ts';
import { readJournal } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { draft } from './drafts.ts';
import { journalOf, open } from './support.ts';

async function examined(dir: string, threadsFromBytes: number): Promise<readonly Examined[]> {
  const lines: Examined[] = [];
  for await (const some of examineJournal(dir, threadsFromBytes)) lines.push(...some);
  return lines;
}

/** A journal in several segments with all that a line can be. */
function motleyJournal(): string {
  const dir = journalOf(40, { segmentBytes: 4096 });
  const { targets } = planPurge(dir, { session: 'even' });
  const journal = open(dir, { segmentBytes: 4096 });
  for (const claim of claimsOf(targets.map(({ place }) => place)))
    journal.append([{ ...draft('purge'), action_details: { kind: 'purge', ...claim } }]);
  journal.close();
  replaceLines(dir, targets);
  const [first = '', second = '', third = ''] = listSegments(dir).map((name) => join(dir, name));
  writeFileSync(second, readFileSync(second, 'utf8').replace('"v":"atel/1"', '"v":"atel/9"'));
  appendFileSync(first, `\n{"v":\n${'x'.repeat(1_048_576)}\n`);
  appendFileSync(second, Buffer.from([0xff, 0x0a]));
  appendFileSync(second, readFileSync(third));
  appendFileSync(third, 'half a li');
  return dir;
}

describe('examining a journal', () => {
  it('says the same in threads as line by line, in the same order', async () => {
    const dir = motleyJournal();
    const lines = Array.from(readJournal(dir), examine);
    const kinds = new Set(lines.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['record', 'purged', 'unreadable', 'unknown_version', 'torn']));
    expect(lines.filter((line) => line.kind === 'record' && line.genesis)).toHaveLength(1);
    expect(lines.filter((line) => line.kind === 'record' && line.purge)).toHaveLength(1);
    expect(await examined(dir, 0)).toEqual(lines);
    expect(await examined(dir, Infinity)).toEqual(lines);
  });

  it('keeps the order over more blocks than wait at a time', async () => {
    const dir = journalOf(3);
    const segment = join(dir, listSegments(dir)[0] ?? '');
    // Every block ends behind one of these.
    for (let i = 0; i < 60; i++) appendFileSync(segment, `${String(i).padEnd(700_000)}\n`);
    const lines = Array.from(readJournal(dir), examine);
    expect(lines).toHaveLength(64);
    expect(await examined(dir, 0)).toEqual(lines);
  });

  it('keeps the order where every other line of many is damaged', async () => {
    const dir = journalOf(3);
    const segment = join(dir, listSegments(dir)[0] ?? '');
    const whole = Array.from(readJournal(dir), ({ line }) => line);
    const lines = Array.from({ length: 40_000 }, (_, i) => (i % 2 === 0 ? `${i}` : whole[(i >> 1) % 4]));
    writeFileSync(segment, `${lines.join('\n')}\n`);
    expect(isDeepStrictEqual(await examined(dir, 0), Array.from(readJournal(dir), examine))).toBe(true);
  });

  it('ends where the reader of it ends early', async () => {
    for await (const some of examineJournal(journalOf(3), 0)) {
      expect(some).not.toEqual([]);
      break;
    }
  });
});
