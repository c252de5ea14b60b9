import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOutlet } from '../../src/forwarder/outlet.ts';
import { leafOf } from '../../src/journal/canonical.ts';
import { readHead } from '../../src/journal/marks.ts';
import type { JournaledRecord } from '../../src/journal/record.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { journalOf } from '../journal/support.ts';

const ANY = Number.MAX_SAFE_INTEGER;
const seqOf = ({ record }: JournaledRecord): number => record.audit.seq;
const seqsOf = (dir: string, maxRecords: number, maxBytes: number): readonly number[] =>
  createOutlet(dir).readBatch(undefined, maxRecords, maxBytes, seqOf).mapped;
const segmentOf = (dir: string): string => join(dir, listSegments(dir).at(-1) ?? '');

describe('what is read for delivery', () => {
  it('is bounded by records and by bytes of lines, but is one record at least', () => {
    const dir = journalOf(5);
    expect(seqsOf(dir, 2, ANY)).toEqual([1, 2]);
    expect(seqsOf(dir, ANY, ANY)).toEqual([1, 2, 3, 4, 5, 6]);
    const { bytes } = createOutlet(dir).readBatch(undefined, 3, ANY, () => undefined);
    expect([seqsOf(dir, ANY, bytes), seqsOf(dir, ANY, bytes - 1)]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    expect(seqsOf(dir, ANY, 1)).toEqual([1]);
  });

  it('moves the cursor behind its last record, named by number and leaf', () => {
    const dir = journalOf(5);
    const outlet = createOutlet(dir);
    const { cursor, mapped } = outlet.readBatch(undefined, 4, ANY, ({ line }) => line);
    expect(cursor).toMatchObject({ seq: 4, leaf: leafOf(mapped.at(-1) ?? '') });
    const rest = outlet.readBatch(cursor, ANY, ANY, seqOf);
    expect(rest.mapped).toEqual([5, 6]);
    expect(rest.cursor).toMatchObject({ seq: 6, leaf: readHead(dir)?.leaf });
    expect(outlet.readBatch(rest.cursor, ANY, ANY, seqOf).cursor).toBe(rest.cursor);
  });

  it('ends before a line that is still being written', () => {
    const dir = journalOf(2);
    appendFileSync(segmentOf(dir), '{"half');
    expect(seqsOf(dir, ANY, ANY)).toEqual([1, 2, 3]);
  });

  it('is mapped record by record, before the next line is looked at', () => {
    const dir = journalOf(3);
    const path = segmentOf(dir);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.with(2, '{"v":"other"}').join('\n'));
    const seen: number[] = [];
    const read = () => createOutlet(dir).readBatch(undefined, ANY, ANY, (one) => seen.push(seqOf(one)));
    expect(read).toThrow('is not a record of ours');
    expect(seen).toEqual([1, 2]);
  });

  it('is nothing of a journal with a line that is no record, and says where that stands', () => {
    const dir = journalOf(2);
    const path = segmentOf(dir);
    const [first = '', , ...rest] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [first, '{"v":"other"}', ...rest].join('\n'));
    const where = `${path} at byte ${Buffer.byteLength(first) + 1}`;
    expect(() => seqsOf(dir, ANY, ANY)).toThrow(`${where}: is not a record of ours; run \`atel verify\``);
  });
});
