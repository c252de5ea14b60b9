import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/journal/reader.ts';
import { journalOf } from './support.ts';

describe('reading', () => {
  it('goes on from any line', () => {
    const dir = journalOf(6, { segmentBytes: 1200 });
    const lines = Array.from(readJournal(dir));
    expect(new Set(lines.map(({ position }) => position.segment)).size).toBeGreaterThan(2);
    for (const [i, { position }] of lines.entries()) {
      const rest = Array.from(readJournal(dir, { segment: position.segment, offset: position.next }));
      expect(rest).toEqual(lines.slice(i + 1));
    }
  });
});
