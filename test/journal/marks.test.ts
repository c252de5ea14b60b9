import { mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_LEAF } from '../../src/journal/canonical.ts';
import { readCursor, readHead, writeCursor } from '../../src/journal/marks.ts';
import { readJournal } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { appendEach, journalOf, open, segmentOf, temporaryJournal } from './support.ts';

/** A journal whose first epoch, of `count` records all sent, lost its head; of the next one there is the genesis alone. */
function secondEpoch(count: number): string {
  const dir = journalOf(count);
  const head = readHead(dir);
  if (!head) throw new Error('there is no head');
  const { bytes: offset, ...place } = head;
  writeCursor(dir, { ...place, offset });
  rmSync(join(dir, 'head.json'));
  open(dir).close();
  expect(listSegments(dir)).toHaveLength(2);
  return dir;
}

describe('marks and epochs', () => {
  it('say nothing of the records with the same numbers in a later epoch', () => {
    const dir = secondEpoch(2);
    const journal = open(dir);
    appendEach(journal, ['a', 'b', 'c']);
    journal.close();
    rmSync(join(dir, 'sessions.json'));
    expect(open(dir).began).toBeUndefined();
  });

  it('make no loss of a crash right after the genesis of a later epoch', () => {
    const dir = secondEpoch(5);
    rmSync(join(dir, 'head.json'));
    expect(open(dir).began).toBeUndefined();
  });

  it('tell that the end of the newest epoch was cut, though an older mark has a higher number', () => {
    const dir = secondEpoch(5);
    const journal = open(dir);
    appendEach(journal, ['a', 'b']);
    journal.close();
    const head = readHead(dir);
    truncateSync(segmentOf(dir), statSync(segmentOf(dir)).size - 10);
    expect(open(dir).began).toMatchObject({
      reason: 'journal_cut',
      previous: { stream: head?.stream, seq: 3, leaf: head?.leaf },
    });
  });

  it('tell that the newest epoch is gone, though an older one is whole', () => {
    const dir = secondEpoch(5);
    const head = readHead(dir);
    rmSync(segmentOf(dir));
    expect(open(dir).began).toMatchObject({ reason: 'journal_missing', previous: { stream: head?.stream } });
  });

  it('tell by the furthest of them that the end was cut', () => {
    const dir = journalOf(3);
    const [, second] = Array.from(readJournal(dir));
    if (!second) throw new Error('there is no second record');
    const { segment, next: offset } = second.position;
    writeCursor(dir, { stream: readHead(dir)?.stream ?? '', seq: 2, leaf: second.leaf, segment, offset });
    truncateSync(segmentOf(dir), statSync(segmentOf(dir)).size - 10);
    expect(open(dir).began).toMatchObject({ reason: 'journal_cut', previous: { seq: 4 } });
  });
});

describe('the export cursor', () => {
  it('is read as it was written, is nothing at first, and an unreadable one is an error', () => {
    const dir = temporaryJournal();
    mkdirSync(dir);
    expect(readCursor(dir)).toBeUndefined();
    const cursor = { stream: 'i/e', seq: 3, leaf: EMPTY_LEAF, segment: 's', offset: 99 };
    writeCursor(dir, cursor);
    expect(readCursor(dir)).toEqual(cursor);
    writeFileSync(join(dir, 'cursor.json'), '{}');
    expect(() => readCursor(dir)).toThrow(/is no export cursor; move it away/);
  });
});
