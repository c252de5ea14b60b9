import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PageEntry, readPage, splitRange } from '../../src/query/time-range.ts';

describe('splitting a time range', () => {
  it('covers every nanosecond once, in pieces that are short enough', () => {
    const nanos = fc.bigInt({ min: 0n, max: 10_000n });
    fc.assert(
      fc.property(nanos, nanos, fc.bigInt({ min: 100n, max: 5_000n }), (start, length, longest) => {
        const pieces = splitRange({ start, end: start + length }, longest);
        expect(pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0n)).toBe(length);
        let at = start;
        for (const piece of pieces) {
          expect(piece.start).toBe(at);
          expect(piece.end > piece.start && piece.end - piece.start <= longest).toBe(true);
          at = piece.end;
        }
      }),
    );
  });
});

describe('paging by time', () => {
  /** Reads a store page by page; a page is what a range query by time from `start` on gives. */
  function readAll(store: readonly PageEntry[], limit: number): PageEntry[] | 'stuck' {
    const read: PageEntry[] = [];
    let [start, seen]: [bigint, ReadonlySet<string>] = [0n, new Set()];
    for (;;) {
      const page = store.filter((entry) => entry.nanos >= start).slice(0, limit);
      const verdict = readPage(page, start, limit, seen);
      if (verdict.kind === 'stuck') return 'stuck';
      read.push(...verdict.fresh);
      if (verdict.kind === 'done') return read;
      ({ next: start, seen } = verdict);
    }
  }

  it('brings every entry once, in order, however many share a nanosecond, or says that it cannot', () => {
    const times = fc.array(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 60 });
    fc.assert(
      fc.property(times, fc.integer({ min: 2, max: 9 }), (nanos, limit) => {
        const sorted = nanos.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const store = sorted.map((at, nr) => ({ nanos: at, key: `entry ${nr}` }));
        const crowd = Math.max(
          0,
          ...store.map(({ nanos: at }) => store.filter((other) => other.nanos === at).length),
        );
        const read = readAll(store, limit);
        if (crowd < limit) expect(read).toEqual(store);
        else expect(read === 'stuck' || read.length === store.length).toBe(true);
      }),
    );
  });
});
