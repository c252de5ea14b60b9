import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMPTY_LEAF, sessionKey } from '../../src/journal/canonical.ts';
import { seal } from '../../src/journal/seal.ts';
import { readHead, writeCursor } from '../../src/journal/marks.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { readSnapshot } from '../../src/journal/snapshot.ts';
import { AtelError } from '../../src/platform/errors.ts';
import { draft } from './drafts.ts';
import { journalOf, linesOf, open, segmentOf, temporaryJournal, verdictOf } from './support.ts';

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
});
