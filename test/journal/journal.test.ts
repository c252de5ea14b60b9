import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_LEAF, leafOf, sessionKey } from '../../src/journal/canonical.ts';
import { seal } from '../../src/journal/seal.ts';
import { StepDown } from '../../src/journal/segment-writer.ts';
import { readCursor, readHead, writeCursor } from '../../src/journal/marks.ts';
import { MAX_LINE_BYTES } from '../../src/journal/line-bytes.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import { epochAfter, listSegments } from '../../src/journal/segments.ts';
import { readSnapshot } from '../../src/journal/snapshot.ts';
import { AtelError } from '../../src/platform/errors.ts';
import { draft } from './drafts.ts';
import { appendEach, journalOf, open, temporaryJournal, verdictOf } from './support.ts';

const linesOf = (dir: string): string[] => Array.from(readJournal(dir), ({ line }) => line);
const segmentOf = (dir: string): string => join(dir, listSegments(dir).at(-1) ?? '');

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

describe('a writer that is not alone', () => {
  it('steps down and writes nothing when another has appended', () => {
    const dir = temporaryJournal();
    const [stale, leader] = [open(dir), open(dir)];
    appendEach(leader, ['a', 'b']);
    expect(() => stale.append([draft('c', 's')])).toThrow(StepDown);
    appendEach(leader, ['d']);
    leader.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 4 });
  });

  it('steps down when another has gone on to a new segment', () => {
    const dir = temporaryJournal();
    const options = { segmentBytes: 10 };
    const [stale, leader] = [open(dir, options), open(dir, options)];
    leader.append([draft('a', 's')]);
    expect(() => stale.append([draft('b', 's')])).toThrow(StepDown);
    leader.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 2 });
  });

  it('steps down when the head was changed or removed', () => {
    for (const change of [(path: string) => rmSync(path), (path: string) => appendFileSync(path, ' ')]) {
      const dir = temporaryJournal();
      const journal = open(dir);
      change(join(dir, 'head.json'));
      expect(() => journal.append([draft('a', 's')])).toThrow(StepDown);
    }
  });

  it('steps down when another has only made the next segment, and the next one goes on there', () => {
    const dir = temporaryJournal();
    const options = { segmentBytes: 10 };
    const stale = open(dir, options);
    const next = segmentOf(dir).replace('-000001', '-000002');
    writeFileSync(next, '');
    expect(() => stale.append([draft('a', 's')])).toThrow(StepDown);
    const leader = open(dir, options);
    appendEach(leader, ['b', 'c']);
    leader.close();
    expect(readFileSync(next, 'utf8').split('\n').length).toBe(2);
    expect(listSegments(dir)).toHaveLength(3);
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 3 });
  });

  it('steps down when its file was edited, appended to, replaced, or removed', () => {
    const changes: readonly ((path: string) => void)[] = [
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"level":"INFO"', '"level":"WARN"')),
      (path) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
      (path) => appendFileSync(path, '{}\n'),
      (path) => rmSync(path),
    ];
    for (const change of changes) {
      const dir = temporaryJournal();
      const journal = open(dir);
      change(segmentOf(dir));
      expect(() => journal.append([draft('a', 's')])).toThrow(StepDown);
    }
  });
});

describe('opening', () => {
  it('puts a torn tail aside, tells of it, and goes on', () => {
    const dir = journalOf(3);
    const path = segmentOf(dir);
    const size = statSync(path).size;
    appendFileSync(path, '{"action_details":{"com');
    const journal = open(dir);
    expect(journal.recovered).toEqual({ segment: listSegments(dir)[0], bytes: 23 });
    expect(journal.began).toBeUndefined();
    journal.append([draft('x', 's')]);
    journal.close();
    expect(readFileSync(join(dir, 'torn', `${listSegments(dir)[0]}.${size}`), 'utf8')).toBe(
      '{"action_details":{"com',
    );
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 5 });
    expect(open(dir).recovered).toBeUndefined();
  });

  it('refuses to append behind a record that was changed, and changes nothing', () => {
    for (const change of [(line: string) => line.replace('echo', 'exho'), (line: string) => line.slice(1)]) {
      const dir = journalOf(3);
      rmSync(join(dir, 'sessions.json'));
      const path = segmentOf(dir);
      const lines = readFileSync(path, 'utf8').split('\n');
      const changed = lines.with(2, change(lines[2] ?? '')).join('\n');
      writeFileSync(path, changed);
      const refused = (): unknown => {
        try {
          return open(dir);
        } catch (error) {
          return error;
        }
      };
      const error = refused();
      expect(error).toBeInstanceOf(AtelError);
      expect(error).toMatchObject({ kind: 'tampered', where: path });
      expect(String(error)).toMatch(/record [34] .* run `atel verify`/);
      expect(readFileSync(path, 'utf8')).toBe(changed);
    }
  });

  it.each([
    ['its number', { seq: 4 }, {}],
    ['its link', { leaf: EMPTY_LEAF }, {}],
    ['its number in the session', {}, { sseq: 7 }],
    ['its link in the session', {}, { leaf: EMPTY_LEAF }],
  ])('refuses to append behind a record that follows but for %s', (_what, wrong, inSession) => {
    const dir = journalOf(2);
    const { stream = '', seq = 0, leaf = '' } = readHead(dir) ?? {};
    const key = sessionKey('even');
    const link = { sseq: 1, leaf: readSnapshot(dir)?.sessions.get(key)?.leaf ?? '', ...inSession };
    const state = { stream, seq, leaf, sessions: new Map([[key, link]]), ...wrong };
    const [forged] = seal([draft('forged', 'even')], state, '2026-11-22T20:14:21.123456789Z').sealed;
    appendFileSync(segmentOf(dir), `${forged?.line}\n`);
    expect(() => open(dir)).toThrow(/does not follow the record before it/);
  });

  it('refuses when the last record is not the one that the head names', () => {
    const dir = journalOf(3);
    const path = segmentOf(dir);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('echo \\"3', 'exho \\"3'));
    expect(() => open(dir)).toThrow(/record 4 .* is not the record that the head/);
  });

  it.each([
    ['journal_missing', (dir: string) => listSegments(dir).forEach((name) => rmSync(join(dir, name)))],
    ['journal_cut', (dir: string) => truncateSync(segmentOf(dir), 700)],
    ['head_missing', (dir: string) => rmSync(join(dir, 'head.json'))],
  ])('begins an epoch that names what was lost: %s', (reason, lose) => {
    const dir = journalOf(3);
    const head = readHead(dir);
    lose(dir);
    const journal = open(dir);
    expect(journal.began).toMatchObject({ reason, previous: { seq: 4, leaf: head?.leaf } });
    journal.append([draft('x', 'even')]);
    journal.close();
    const genesis = Array.from(readJournal(dir), ({ line }) => parseRecord(line)).findLast(
      (record) => record?.audit.seq === 1,
    );
    expect(genesis?.action_details).toEqual({
      kind: 'genesis',
      reason,
      prev_stream: head?.stream,
      prev_seq: 4,
      prev_leaf: head?.leaf,
    });
    expect(verdictOf(dir).verdict).toBe(reason === 'head_missing' ? 'intact' : 'tampered');
    expect(open(dir).began).toBeUndefined();
  });

  it('begins an epoch when the export cursor is ahead, or the journal is another install’s', () => {
    const dir = journalOf(3);
    const stream = readHead(dir)?.stream ?? '';
    writeCursor(dir, { stream, seq: 9, leaf: EMPTY_LEAF, segment: listSegments(dir)[0] ?? '', offset: 99 });
    const journal = open(dir);
    expect(journal.began).toMatchObject({ reason: 'journal_cut', previous: { seq: 9 } });
    journal.close();
    expect(open(dir, { installId: 'other' }).began).toMatchObject({ reason: 'install_changed' });
    expect(new Set(listSegments(dir)).size).toBe(3);
  });

  it('knows the events of the epochs before, so that those still in the spool are not written twice', () => {
    const dir = journalOf(3);
    rmSync(join(dir, 'head.json'));
    const journal = open(dir, { isSpooled: (id) => id === '2' });
    expect(journal.began?.reason).toBe('head_missing');
    expect([journal.has('1'), journal.has('2')]).toEqual([false, true]);
    expect(journal.append([draft('2', 'even'), draft('4', 'even')]).map(({ record }) => record.id)).toEqual([
      '4',
    ]);
    journal.close();
  });

  it('begins an epoch later than the lost one, even when the clock was set back', () => {
    const dir = journalOf(3);
    const lost = readHead(dir)?.stream ?? '';
    for (const name of listSegments(dir)) rmSync(join(dir, name));
    const journal = open(dir, { clock: () => 0n });
    expect(journal.began?.previous?.stream).toBe(lost);
    expect(journal.stream > lost).toBe(true);
    journal.close();
    expect(open(dir).began).toBeUndefined();
  });

  it('leaves no empty segment when there can be no genesis, and keeps one that is written', () => {
    const dir = temporaryJournal();
    const refuse = (): never => {
      throw new Error('no genesis');
    };
    expect(() => open(dir, { genesis: refuse })).toThrow('no genesis');
    expect(listSegments(dir)).toEqual([]);
    const temporary = join(dir, `head.json.${process.pid}.tmp`);
    mkdirSync(temporary);
    expect(() => open(dir)).toThrow('EISDIR');
    rmSync(temporary, { recursive: true });
    const journal = open(dir);
    expect(journal.began).toBeUndefined();
    expect(linesOf(dir)).toHaveLength(1);
    journal.close();
  });

  it('finds its way without a snapshot, with one that lies, and with one that cannot be read', () => {
    for (const spoil of [
      (path: string) => rmSync(path),
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"offset":\d+/, '"offset":3')),
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('.jsonl', '.txt')),
      (path: string) =>
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(/"next":\d+/, `"next":${Number.MAX_SAFE_INTEGER}`),
        ),
      (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"next":\d+/, '"next":1')),
      (path: string) => writeFileSync(path, '{'),
    ]) {
      const dir = journalOf(4);
      open(dir).close();
      spoil(join(dir, 'sessions.json'));
      const journal = open(dir);
      expect(journal.append([draft('x', 'even')])[0]?.record.audit.sseq).toBe(3);
      journal.close();
      expect(verdictOf(dir).verdict).toBe('intact');
    }
  });

  it('survives a crash right after the genesis, before there was a head', () => {
    const dir = journalOf(0);
    rmSync(join(dir, 'head.json'));
    const journal = open(dir);
    expect(journal.began).toBeUndefined();
    journal.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 1, head: 'ok' });
  });

  it('survives a crash in the midst of a genesis', () => {
    const dir = journalOf(0);
    rmSync(join(dir, 'head.json'));
    truncateSync(segmentOf(dir), 100);
    const journal = open(dir);
    expect(journal.began?.reason).toBe('first_start');
    expect(journal.recovered?.bytes).toBe(100);
    journal.append([draft('x', 's')]);
    journal.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 2, streams: [{ firstSeq: 1 }] });
  });

  it('names epochs in the order of time even when the clock is set back', () => {
    expect(epochAfter([], 1_795_378_461_123)).toBe('20261122T201421123Z');
    expect(epochAfter(['20261122T201421123Z', 'x'], 0)).toBe('20261122T201421124Z');
  });
});

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
