import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type Batches, createBatches, type JournalOutlet } from '../../src/otlp/batches.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import { encodeBody } from '../../src/otlp/request-body.ts';
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
    readBatch(after, maxRecords, maxBytes, map) {
      asked.push(after);
      return journal.readBatch(after ?? 0, maxRecords, maxBytes, map);
    },
  };
}

const cache = resources();
const encode = (logRecords: readonly ReadableLogRecord[]) => encodeBody(logRecords, 'none');
const batchesOf = (journal: JournalOutlet<number | undefined>): Batches<number | undefined> =>
  createBatches({ journal, resources: cache, encode });
const bodyOf = (records: readonly SealedRecord[]) =>
  encode(records.map((one) => toLogRecord(one, cache.of(one.record))));

describe('createBatches', () => {
  it('reads what was made ready only once, as a body with a LogRecord for each record', async () => {
    const records = samples(5);
    const batches = batchesOf(watched(records));
    const first = batches.behind(undefined, SIZE);
    batches.prepare(first?.cursor, SIZE);
    const second = batches.behind(first?.cursor, SIZE);
    expect(asked).toEqual([undefined, 2, 4]);
    expect(await second?.body).toEqual(await bodyOf(records.slice(2, 4)));
  });

  it('holds two batches ahead, and no more', () => {
    const batches = batchesOf(watched(samples(20)));
    batches.prepare(undefined, SIZE);
    batches.prepare(undefined, SIZE);
    expect(asked).toEqual([undefined, 2]);
    batches.behind(undefined, SIZE);
    batches.prepare(2, SIZE);
    expect(asked).toEqual([undefined, 2, 4]);
  });

  it('reads anew where it is asked for another place or another size', async () => {
    const records = samples(5);
    const batches = batchesOf(watched(records));
    batches.prepare(2, SIZE);
    expect(await batches.behind(undefined, SIZE)?.body).toEqual(await bodyOf(records.slice(0, 2)));
    batches.prepare(2, SIZE);
    expect(await batches.behind(2, { ...SIZE, records: 1 })?.body).toEqual(await bodyOf(records.slice(2, 3)));
    expect(asked).toEqual([2, 4, undefined, 2, 4, 2]);
  });

  it('is nothing when nothing is left, and finds what was appended after it looked ahead in vain', async () => {
    const records = samples(2);
    const batches = batchesOf(watched(records));
    expect(batches.behind(2, SIZE)).toBeUndefined();
    batches.prepare(2, SIZE);
    records.push(sample(3));
    expect(await batches.behind(2, SIZE)?.body).toEqual(await bodyOf(records.slice(2)));
  });

  it('gives the records of a batch, whatever came behind them since', () => {
    const records = samples(3);
    const batches = batchesOf(watched(records));
    const batch = batches.behind(2, SIZE);
    if (!batch) throw new Error('no batch');
    records.push(sample(4));
    expect(batches.recordsOf(batch)).toEqual(records.slice(2, 3));
  });

  it('keeps a fault until the batch is asked for', () => {
    const batches = batchesOf({
      ...watched(samples(1)),
      readBatch: () => {
        throw new Error('cut');
      },
    });
    batches.prepare(2, SIZE);
    expect(() => batches.behind(2, SIZE)).toThrow('cut');
  });
});
