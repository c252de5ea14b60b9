import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRecordSorter } from '../../src/query/record-sorter.ts';
import type { SealedRecord } from '../../src/journal/record.ts';
import { draft, writeJournal } from '../helpers/records.ts';

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

  it('restores journal order from any order with copies, in memory and through its file', () => {
    const indexes = fc.array(fc.nat({ max: 29 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(indexes, fc.constantFrom(0, 2_000, 1_000_000), (arrivals, memoryBytes) => {
        using sorter = createRecordSorter(memoryBytes);
        for (const at of arrivals) {
          const { line = '', record } = sealed[at] ?? {};
          if (record) sorter.add({ line, record });
        }
        const expected = [...new Set(arrivals)].toSorted((a, b) => a - b).map((at) => sealed[at]?.line);
        expect([...sorter.sorted()].map(({ line }) => line)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
