import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inJournalOrder } from '../../src/query/record-sorter.ts';
import type { SealedRecord } from '../../src/journal/record.ts';
import type { SourceRecord } from '../../src/query/record-source.ts';
import { draft, writeJournal } from '../helpers/records.ts';

async function sort(arriving: readonly SourceRecord[], memoryBytes: number): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { line } of inJournalOrder(arriving, memoryBytes)) lines.push(line);
  return lines;
}

describe('record sorter', () => {
  let dir: string;
  let sealed: readonly SealedRecord[];
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'atel-'));
    const drafts = Array.from({ length: 30 }, (_, i) =>
      draft(i, { project_name: i % 3 === 0 ? 'größer 🌍' : 'shop' }),
    );
    sealed = writeJournal(join(dir, 'journal'), drafts);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('restores journal order from any order with copies, in memory and through its file', async () => {
    const indexes = fc.array(fc.nat({ max: 29 }), { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(indexes, fc.constantFrom(0, 2_000, 1_000_000), async (arrivals, memoryBytes) => {
        const arriving = arrivals.flatMap((at) => sealed[at] ?? []);
        const expected = [...new Set(arrivals)].toSorted((a, b) => a - b).map((at) => sealed[at]?.line);
        expect(await sort(arriving, memoryBytes)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('merges installs by time of capture, each in its own order, in memory and through its file', async () => {
    const one = writeJournal(join(dir, 'one'), [draft(1), draft(5), draft(4)], { installId: 'one' });
    const two = writeJournal(join(dir, 'two'), [draft(2), draft(6)], { installId: 'two' });
    const order = [one[0], two[0], one[1], one[2], two[1]].map((entry) => entry?.line);
    for (const memoryBytes of [0, 2_000, 1_000_000]) {
      expect(await sort([...two, ...one].toReversed(), memoryBytes)).toEqual(order);
    }
  });
});
