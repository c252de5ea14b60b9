import { describe, expect, it } from 'vitest';
import { type BatchLimits, createBatchLimits } from '../../src/otlp/batch-limits.ts';

const [RECORDS, BYTES] = [512, 1_000_000];

/** Sends until the window of the refused batch is done, to a server that takes batches of at most `most` bytes. */
function search(limits: BatchLimits, bytesOf: (records: number) => number, most: number): readonly number[] {
  const sent: number[] = [];
  for (let left = RECORDS; left > 0;) {
    const records = Math.min(left, limits.next().records);
    const bytes = bytesOf(records);
    sent.push(records);
    if (bytes > most) limits.refused(records);
    else {
      limits.accepted(records, bytes);
      left -= records;
    }
  }
  return sent;
}

describe('createBatchLimits', () => {
  it('keeps to the largest batch that was accepted, however small those were that came after it', () => {
    const limits = createBatchLimits(RECORDS, BYTES);
    const sent = search(limits, (records) => records * 1_000, 200_000);
    expect(sent.slice(0, 4)).toEqual([512, 256, 128, 64]);
    expect(limits.next()).toEqual({ records: RECORDS, bytes: 128_000 });
  });

  it('learns no limit below 64 KiB: a server refused for another reason', () => {
    const limits = createBatchLimits(RECORDS, BYTES);
    search(limits, (records) => records * 10, 500);
    expect(limits.next()).toEqual({ records: RECORDS, bytes: 65_536 });
  });

  it('remembers through further refusals that the server took a neighbour', () => {
    const limits = createBatchLimits(RECORDS, BYTES);
    limits.refused(8);
    expect(limits.neighbourAccepted()).toBe(false);
    limits.accepted(4, 400);
    limits.refused(2);
    expect(limits.neighbourAccepted()).toBe(true);
  });

  it('sends full batches again when the refused record is out of the way', () => {
    const limits = createBatchLimits(RECORDS, BYTES);
    limits.refused(2);
    limits.setAside();
    expect(limits.next()).toEqual({ records: RECORDS, bytes: BYTES });
    expect(limits.neighbourAccepted()).toBe(false);
  });
});
