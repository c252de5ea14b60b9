import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBatches, type JournalOutlet } from '../../src/otlp/batches.ts';
import type { SealedRecord } from '../../src/journal/record.ts';
import { arrayJournal, resources, sample, samples } from './samples.ts';

const SIZE = { records: 2, bytes: 1_000_000 };

let dir: string;
let asked: (number | undefined)[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  asked = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A journal without a cursor at first, as a new one is; it notes from where it was read. */
function watched(records: readonly SealedRecord[]): JournalOutlet<number | undefined> {
  const journal = arrayJournal(records, join(dir, 'cursor'));
  return {
    loadCursor: () => undefined,
    saveCursor: () => undefined,
    readBatch(after, maxRecords, maxBytes) {
      asked.push(after);
      return journal.readBatch(after ?? 0, maxRecords, maxBytes);
    },
  };
}

const idsOf = (records: readonly SealedRecord[]): string[] => records.map(({ record }) => record.id);

describe('createBatches', () => {
  it('reads what was made ready only once, with a LogRecord for each record', () => {
    const records = samples(5);
    const batches = createBatches(watched(records), resources());
    const first = batches.behind(undefined, SIZE);
    batches.prepare(first.cursor, SIZE);
    const second = batches.behind(first.cursor, SIZE);
    expect(asked).toEqual([undefined, 2]);
    expect(idsOf(second.sealed)).toEqual(idsOf(records.slice(2, 4)));
    expect(second.logRecords.map(({ body }) => body)).toEqual(second.sealed.map(({ line }) => line));
  });

  it('reads anew where it is asked for another place or another size', () => {
    const records = samples(5);
    const batches = createBatches(watched(records), resources());
    batches.prepare(2, SIZE);
    expect(idsOf(batches.behind(undefined, SIZE).sealed)).toEqual(idsOf(records.slice(0, 2)));
    batches.prepare(2, SIZE);
    expect(idsOf(batches.behind(2, { ...SIZE, records: 1 }).sealed)).toEqual(idsOf(records.slice(2, 3)));
    expect(asked).toEqual([2, undefined, 2, 2]);
  });

  it('finds what was appended after it looked ahead in vain', () => {
    const records = samples(2);
    const batches = createBatches(watched(records), resources());
    batches.prepare(2, SIZE);
    records.push(sample(3));
    expect(idsOf(batches.behind(2, SIZE).sealed)).toEqual(idsOf(records.slice(2)));
  });

  it('keeps a fault until the batch is asked for', () => {
    const journal = watched(samples(1));
    const batches = createBatches(
      {
        ...journal,
        readBatch: () => {
          throw new Error('cut');
        },
      },
      resources(),
    );
    batches.prepare(2, SIZE);
    expect(() => batches.behind(2, SIZE)).toThrow('cut');
  });
});
