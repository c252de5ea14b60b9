import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_LEAF, leafOf } from '../../src/journal/canonical.ts';
import { readHead } from '../../src/journal/marks.ts';
import { MAX_LINE_BYTES } from '../../src/journal/line-bytes.ts';
import { parseRecord } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { readSnapshot } from '../../src/journal/snapshot.ts';
import { draft } from './drafts.ts';
import { journalOf, linesOf, open, segmentOf, temporaryJournal, verdictOf } from './support.ts';

describe('appending', () => {
  it('seals records into the chain of the stream and of their session', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    const [a, b, c, d] = journal.append([draft('a', 's'), draft('b'), draft('c', 't'), draft('d', 's')]);
    journal.close();
    expect([a, b, c, d].map((sealed) => sealed?.record.audit.seq)).toEqual([2, 3, 4, 5]);
    expect(d?.record.audit).toMatchObject({
      stream: journal.stream,
      prev: c?.leaf,
      sseq: 2,
      sprev: a?.leaf,
      commit: 'ok',
    });
    expect(c?.record.audit).toMatchObject({ prev: b?.leaf, sseq: 1, sprev: EMPTY_LEAF });
    expect(b?.record.audit).not.toHaveProperty('sseq');
    expect(linesOf(dir).slice(1)).toEqual([a?.line, b?.line, c?.line, d?.line]);
    expect(d?.leaf).toBe(leafOf(d?.line ?? ''));
    expect(parseRecord(d?.line ?? '')).toEqual(d?.record);
  });

  it('begins with a genesis record and leaves a head', () => {
    const dir = journalOf(0);
    const [line = ''] = linesOf(dir);
    expect(parseRecord(line)).toMatchObject({
      action_details: { kind: 'genesis', reason: 'first_start' },
      audit: { seq: 1, prev: EMPTY_LEAF },
    });
    expect(readHead(dir)).toMatchObject({ seq: 1, leaf: leafOf(line), bytes: statSync(segmentOf(dir)).size });
  });

  it('writes each id once, within a call and over calls and restarts', () => {
    const dir = temporaryJournal();
    const first = open(dir);
    expect(first.append([draft('a', 's'), draft('a', 's')])).toHaveLength(1);
    expect(first.append([draft('a', 's')])).toEqual([]);
    first.close();
    const second = open(dir, { isSpooled: (id) => id === 'a' || id === 'b' });
    expect([second.has('a'), second.has('b')]).toEqual([true, false]);
    expect(second.append([draft('a', 's'), draft('b', 's')]).map(({ record }) => record.id)).toEqual(['b']);
    second.close();
  });

  it('knows an id until its spool file is gone, and opens from where all were', () => {
    const dir = temporaryJournal();
    const first = open(dir, { genesis: () => draft('genesis') });
    first.append([draft('a', 's'), draft('b', 's')]);
    first.settle(['genesis', 'a']);
    expect([first.has('a'), first.has('b')]).toEqual([false, true]);
    first.close();
    expect(JSON.parse(readFileSync(join(dir, 'sessions.json'), 'utf8'))).toMatchObject({
      seq: 3,
      unsettled: [['b', 'command_execution']],
    });
    const isSpooled = (id: string): boolean => id === 'b';
    const second = open(dir, { isSpooled });
    expect([second.has('a'), second.has('b')]).toEqual([false, true]);
    second.settle(['b']);
    second.append([draft('c', 's')]);
    second.close();
    const third = open(dir, { isSpooled });
    expect(third.has('b')).toBe(false);
    expect(third.append([draft('d', 's')])[0]?.record.audit.sseq).toBe(4);
    third.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 5 });
  });

  it('keeps files and directories to the user, and refuses a directory open to others', () => {
    const dir = journalOf(3);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    chmodSync(dir, 0o755);
    expect(() => open(dir)).toThrow(/open to other users/);
  });

  it('goes on in a new segment when one is full, and a batch is never torn between two', () => {
    const dir = temporaryJournal();
    const journal = open(dir, { segmentBytes: 2000 });
    for (let i = 0; i < 8; i++) journal.append([draft(`${i}a`, 's'), draft(`${i}b`, 's')]);
    journal.close();
    const segments = listSegments(dir);
    expect(segments.map((name) => name.slice(-12))).toEqual(segments.map((_, i) => `00000${i + 1}.jsonl`));
    expect(segments.length).toBeGreaterThan(3);
    for (const name of segments.slice(1))
      expect(readFileSync(join(dir, name), 'utf8').split('\n').length % 2).toBe(1);
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 17 });
  });

  it('appends nothing of a batch that holds an impossible record', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    expect(() => journal.append([draft('a', 's'), draft('\ud800', 's')])).toThrow(/surrogate/);
    // The second has fewer characters than the limit has bytes.
    for (const [character, count] of [
      ['x', 1_100_000],
      ['€', 400_000],
    ] as const)
      expect(() => journal.append([draft(character.repeat(count), 's')])).toThrow(/the limit is/);
    journal.append([draft('b', 's')]);
    journal.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 2 });
  });

  it('takes a line of 1 MiB with its newline, and none that is longer by a byte', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    const append = (id: string, padding: number) =>
      journal.append([{ ...draft(id, 's'), raw_input: { text: 'x'.repeat(padding) } }])[0]?.line ?? '';
    const room = MAX_LINE_BYTES - Buffer.byteLength(append('a', 0)) - 1;
    // As long as the first, but for the leaf in the place of none and the digit more that may come with the number.
    const longest = append('b', room);
    expect(Buffer.byteLength(longest) + 1).toBe(MAX_LINE_BYTES);
    expect(() => append('c', room + 1)).toThrow(/the limit is/);
    journal.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 3 });
  });

  it('takes a snapshot whenever so much was appended behind the last one, and settled', () => {
    const dir = temporaryJournal();
    const snapshotSeq = (): number => readSnapshot(dir)?.seq ?? 0;
    const journal = open(dir, { snapshotBytes: 2000 });
    const seqs = Array.from({ length: 12 }, (_, i) => {
      journal.append([draft(`${i}`, 's')]);
      journal.settle([`${i}`]);
      return snapshotSeq();
    });
    expect(seqs.slice(0, 2)).toEqual([0, 0]);
    expect(new Set(seqs).size).toBeGreaterThan(3);
    expect(new Set(seqs).size).toBeLessThan(7);
    journal.close();
    expect(snapshotSeq()).toBe(13);
  });

  it('is closed all the same when there is no room for a snapshot', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    journal.append([draft('a', 's')]);
    mkdirSync(join(dir, `sessions.json.${process.pid}.tmp`));
    journal.close();
    expect(existsSync(join(dir, 'sessions.json'))).toBe(false);
    expect(open(dir).append([draft('b', 's')])[0]?.record.audit.sseq).toBe(2);
  });
});
