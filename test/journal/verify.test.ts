import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalLine, leafOf } from '../../src/journal/canonical.ts';
import { type ExportCursor, readHead, writeCursor, writeHead } from '../../src/journal/marks.ts';
import { parseRecord } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { listSegments } from '../../src/journal/segments.ts';
import type { Verdict } from '../../src/journal/verdict.ts';
import { createVerifier } from '../../src/journal/verify.ts';
import { appendEach, journalOf, linesOf, open, verdictOf } from './support.ts';

const COUNT = 9;
const LAST = COUNT + 1;

/** Rewrites the lines of the journal's only segment. */
function rewrite(dir: string, change: (lines: string[]) => string[]): void {
  const path = segmentPath(dir, 0);
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function segmentPath(dir: string, index: number): string {
  return join(dir, listSegments(dir)[index] ?? '');
}

function recordAt(lines: readonly string[], seq: number): AtelRecord {
  const record = parseRecord(lines[seq - 1] ?? '');
  if (!record) throw new Error(`no record ${seq}`);
  return record;
}

function short({ verdict, problems, head }: Verdict): unknown {
  return { verdict, head, problems: problems.map(({ kind, from, to }) => [kind, from, to]) };
}

const tampered = (head: string, ...problems: unknown[]): unknown => ({ verdict: 'tampered', head, problems });

describe('verification of a journal', () => {
  it('finds an untouched one intact, and says what it cannot see', () => {
    const verdict = verdictOf(journalOf(COUNT));
    expect(short(verdict)).toEqual({ verdict: 'intact', head: 'ok', problems: [] });
    expect(verdict.streams).toMatchObject([{ records: LAST, firstSeq: 1, lastSeq: LAST }]);
    expect(verdict.notes).toEqual(['unanchored: a rewrite of journal and head together is not detected yet']);
  });

  it.each([
    ['a letter', (line: string) => line.replace('echo', 'exho')],
    ['a number', (line: string) => line.replace('"v":"atel/1"', '"v":"atel/1" ')],
    ['the time', (line: string) => line.replace('T20:14:21', 'T20:14:22')],
  ])('names the record in which somebody changed %s', (_what, change) => {
    for (const seq of [2, 5, LAST - 1]) {
      const dir = journalOf(COUNT);
      rewrite(dir, (lines) => lines.with(seq - 1, change(lines[seq - 1] ?? '')));
      expect(short(verdictOf(dir))).toEqual(tampered('ok', ['edited', seq, seq]));
    }
  });

  it('finds any flipped bit of any byte, next to where it is', () => {
    const dir = journalOf(4);
    const path = segmentPath(dir, 0);
    const bytes = readFileSync(path);
    let line = 1;
    for (const [i, byte] of bytes.entries()) {
      bytes[i] = byte ^ (1 << (i % 8));
      writeFileSync(path, bytes);
      const { verdict, problems } = verdictOf(dir);
      expect(verdict, `byte ${i}`).toBe('tampered');
      const near = problems.some(({ from = line, to = line }) => from - 1 <= line && line <= to + 1);
      expect(near, `byte ${i} of line ${line}: ${JSON.stringify(problems)}`).toBe(true);
      bytes[i] = byte;
      if (byte === 10) line += 1;
    }
  });

  it('finds an edit of the last record by the head', () => {
    const dir = journalOf(COUNT);
    rewrite(dir, (lines) => lines.with(LAST - 1, lines.at(-1)?.replace('echo', 'exho') ?? ''));
    expect(short(verdictOf(dir))).toEqual(tampered('differs', ['edited', LAST, LAST]));
  });

  it('names records that are missing', () => {
    const dir = journalOf(COUNT);
    rewrite(dir, (lines) => lines.toSpliced(4, 2));
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['missing', 5, 6]));
  });

  it('names records that changed places', () => {
    const dir = journalOf(COUNT);
    rewrite(dir, (lines) => lines.with(4, lines[5] ?? '').with(5, lines[4] ?? ''));
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['reordered', 5, 5]));
  });

  it('names a record that stands twice, and two that share a number', () => {
    const dir = journalOf(COUNT);
    rewrite(dir, (lines) => [...lines, lines[3] ?? '']);
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['repeated', 4, 4]));
    rewrite(dir, (lines) => lines.with(LAST, lines[3]?.replace('echo', 'exho') ?? ''));
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['fork', 4, 4]));
  });

  it('names what was cut off the end, by the head', () => {
    const dir = journalOf(COUNT);
    rewrite(dir, (lines) => lines.slice(0, -3));
    expect(short(verdictOf(dir))).toEqual(tampered('ahead', ['cut', LAST - 2, LAST]));
  });

  it('names what was cut off the end, by the export cursor, when the head was set back as well', () => {
    const dir = journalOf(COUNT);
    const head = readHead(dir);
    if (!head) throw new Error('no head');
    const { bytes, ...claim } = head;
    writeCursor(dir, { ...claim, offset: bytes } satisfies ExportCursor);
    rewrite(dir, (lines) => lines.slice(0, -3));
    const lines = readFileSync(segmentPath(dir, 0), 'utf8').split('\n');
    writeHead(dir, { ...head, seq: LAST - 3, leaf: leafOf(lines[LAST - 4] ?? '') });
    const verdict = verdictOf(dir);
    expect(short(verdict)).toEqual(tampered('ok', ['cut', LAST - 2, LAST]));
    expect(verdict.cursor).toBe('ahead');
  });

  it('finds an older copy of the journal put back', () => {
    const dir = journalOf(COUNT);
    const copy = `${dir}.copy`;
    copyFileSync(segmentPath(dir, 0), copy);
    const journal = open(dir);
    appendEach(journal, ['x', 'y']);
    journal.close();
    copyFileSync(copy, segmentPath(dir, 0));
    expect(short(verdictOf(dir))).toEqual(tampered('ahead', ['cut', LAST + 1, LAST + 2]));
  });

  it('finds an emptied journal, and an older segment that was edited or removed', () => {
    const emptied = journalOf(COUNT);
    truncateSync(segmentPath(emptied, 0));
    expect(short(verdictOf(emptied))).toEqual(tampered('ahead', ['cut', 1, LAST]));

    const edited = journalOf(COUNT, { segmentBytes: 1500 });
    expect(listSegments(edited).length).toBeGreaterThan(3);
    const second = readFileSync(segmentPath(edited, 1), 'utf8');
    const seq = parseRecord(second.split('\n')[0] ?? '')?.audit.seq;
    writeFileSync(segmentPath(edited, 1), second.replace('echo', 'exho'));
    expect(short(verdictOf(edited))).toEqual(tampered('ok', ['edited', seq, seq]));

    const count = second.split('\n').length - 1;
    rmSync(segmentPath(edited, 1));
    expect(short(verdictOf(edited))).toEqual(tampered('ok', ['missing', seq, (seq ?? 0) + count - 1]));
  });

  it('finds a forged record at the end unless it is chained, and then says that no head confirms it', () => {
    const forge = (prev: (lines: string[]) => string): string => {
      const dir = journalOf(COUNT);
      rewrite(dir, (lines) => {
        const { audit, session_id: _, ...record } = recordAt(lines, LAST);
        const { sseq: __, sprev: ___, ...rest } = audit;
        return [...lines, canonicalLine({ ...record, audit: { ...rest, seq: LAST + 1, prev: prev(lines) } })];
      });
      return dir;
    };
    const unchained = verdictOf(forge((lines) => leafOf(lines[0] ?? '')));
    expect(short(unchained)).toEqual(tampered('behind', ['edited', LAST, LAST]));
    const chained = verdictOf(forge((lines) => leafOf(lines.at(-1) ?? '')));
    expect(short(chained)).toEqual({ verdict: 'intact', head: 'behind', problems: [] });
    expect(chained.notes[0]).toMatch(/record 11 is behind the head/);
  });

  it('does not pass a journal without a head', () => {
    const dir = journalOf(COUNT);
    rmSync(join(dir, 'head.json'));
    expect(short(verdictOf(dir))).toEqual({
      verdict: 'incomplete',
      head: 'absent',
      problems: [['no_head', undefined, undefined]],
    });
    writeFileSync(join(dir, 'head.json'), '{"seq":1}');
    expect(verdictOf(dir).verdict).toBe('incomplete');
  });

  it('does not pass a record without its audit fields, of another version, or no record at all', () => {
    const broken: readonly [string, (line: string) => string][] = [
      ['unreadable', (line) => line.replace(/"prev":"[0-9a-f]{64}",/, '')],
      ['unreadable', (line) => line.replace(/"seq":\d+/, '"seq":"5"')],
      ['unreadable', (line) => line.slice(0, -1)],
      ['unreadable', () => ''],
      ['unknown_version', (line) => line.replace('atel/1', 'atel/9')],
    ];
    for (const [kind, change] of broken) {
      const dir = journalOf(COUNT);
      rewrite(dir, (lines) => lines.with(4, change(lines[4] ?? '')));
      expect(short(verdictOf(dir))).toEqual(tampered('ok', [kind, 5, 5]));
    }
  });

  it('names an unreadable last record, and a foreign line between two records, with an edit in front of it', () => {
    const last = journalOf(COUNT);
    rewrite(last, (lines) => lines.with(LAST - 1, 'x'));
    expect(short(verdictOf(last))).toEqual(tampered('ok', ['unreadable', LAST, LAST]));
    const between = journalOf(COUNT);
    rewrite(between, (lines) => lines.toSpliced(5, 0, 'x'));
    expect(short(verdictOf(between))).toEqual(tampered('ok', ['unreadable', undefined, undefined]));
    rewrite(between, (lines) => lines.with(4, lines[4]?.replace('echo', 'exho') ?? ''));
    expect(short(verdictOf(between))).toEqual(
      tampered('ok', ['unreadable', undefined, undefined], ['edited', 5, 5]),
    );
  });

  it('tells invalid UTF-8 from the character that decoding would make of it', () => {
    const dir = journalOf(1);
    const path = segmentPath(dir, 0);
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('ö')] = 0xff;
    writeFileSync(path, bytes);
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['unreadable', 2, 2]));
  });

  it('takes half a line at the end for an append under way, elsewhere for damage', () => {
    const dir = journalOf(COUNT, { segmentBytes: 1500 });
    const last = segmentPath(dir, -1 + listSegments(dir).length);
    writeFileSync(last, '{"half":', { flag: 'a' });
    const verdict = verdictOf(dir);
    expect(short(verdict)).toEqual({ verdict: 'intact', head: 'ok', problems: [] });
    expect(verdict.notes[0]).toMatch(/half a line at the end/);
    writeFileSync(segmentPath(dir, 1), '{"half":', { flag: 'a' });
    expect(verdictOf(dir).problems).toMatchObject([{ kind: 'unreadable' }]);
  });

  it('reads past a line longer than any record', () => {
    const dir = journalOf(COUNT);
    writeFileSync(segmentPath(dir, 0), `${'x'.repeat(5_000_000)}\n`, { flag: 'a' });
    expect(short(verdictOf(dir))).toEqual(tampered('behind', ['unreadable', LAST + 1, LAST + 1]));
  });

  it('finds nothing in an empty directory', () => {
    const dir = journalOf(1);
    for (const name of readdirSync(dir)) rmSync(join(dir, name));
    expect(short(verdictOf(dir))).toEqual({ verdict: 'empty', head: 'absent', problems: [] });
  });

  it('lists at most twenty problems of a kind and counts all', () => {
    const dir = journalOf(0);
    const journal = open(dir);
    for (let i = 0; i < 5; i++)
      appendEach(
        journal,
        Array.from({ length: 60 }, (_, n) => `${i}-${n}`),
      );
    journal.close();
    rewrite(dir, (lines) => lines.filter((_, i) => i % 2 === 0));
    rmSync(join(dir, 'head.json'));
    const { problems, problemCount, problemKinds } = verdictOf(dir);
    expect([problemCount, problemKinds]).toEqual([151, { missing: 150, no_head: 1 }]);
    expect(problems.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array.from({ length: 20 }, () => 'missing'),
      'no_head',
    ]);
  });

  it('follows the links between epochs', () => {
    const dir = journalOf(COUNT);
    rmSync(join(dir, 'head.json'));
    open(dir).close();
    const linked = verdictOf(dir);
    expect(short(linked)).toEqual({ verdict: 'intact', head: 'ok', problems: [] });
    expect(linked.notes[0]).toMatch(/began anew: head_missing$/);
    rewrite(dir, (lines) => lines.slice(0, -2));
    expect(short(verdictOf(dir))).toEqual(tampered('ok', ['cut', LAST - 1, LAST]));
  });

  it('finds two first starts of one install', () => {
    const [dir, other] = [journalOf(2), journalOf(2)];
    cpSync(segmentPath(other, 0), join(dir, listSegments(other)[0] ?? ''));
    expect(verdictOf(dir).problems).toMatchObject([{ kind: 'unlinked', from: 1 }]);
  });

  it('finds an epoch that does not begin with a genesis record', () => {
    const dir = journalOf(3);
    rewrite(dir, (lines) => lines.with(0, lines[0]?.replace('"kind":"genesis"', '"kind":"gènesis"') ?? ''));
    expect(verdictOf(dir).problems.map(({ kind }) => kind)).toEqual(['genesis', 'edited']);
  });

  it('finds a session chain that was rebuilt wrongly inside a sound stream', () => {
    const dir = journalOf(6);
    let prev = '';
    rewrite(dir, (lines) =>
      lines.map((line, i) => {
        if (i < 4) return line;
        const record = recordAt(lines, i + 1);
        if (prev === '') prev = leafOf(lines[3] ?? '');
        const sseq = (record.audit.sseq ?? 0) + (i === 4 ? 5 : 0);
        const forged = canonicalLine({ ...record, audit: { ...record.audit, prev, sseq } });
        prev = leafOf(forged);
        return forged;
      }),
    );
    const head = readHead(dir);
    if (head) writeHead(dir, { ...head, leaf: prev });
    const verdict = verdictOf(dir);
    expect(verdict.verdict).toBe('tampered');
    expect(new Set(verdict.problems.map(({ kind }) => kind))).toEqual(new Set(['session']));
    expect(verdict.problems[0]?.from).toBe(5);
  });
});

describe('verification of a sink', () => {
  const verify = (lines: readonly string[], whole = true, cursor?: ExportCursor): Verdict => {
    const verifier = createVerifier({ mode: 'unordered', whole, cursor });
    for (const line of lines) verifier.add({ line });
    return verifier.finish();
  };
  const kinds = ({ verdict, problems }: Verdict): unknown => [
    verdict,
    problems.map(({ kind, from, to }) => [kind, from, to]),
  ];

  it('takes any order and copies', () => {
    const lines = linesOf(journalOf(40));
    const shuffled = lines
      .map((line, i) => ({ line, key: (i * 17) % lines.length }))
      .toSorted((a, b) => a.key - b.key);
    const verdict = verify([...shuffled.map(({ line }) => line), ...lines.slice(3, 9)]);
    expect(kinds(verdict)).toEqual(['intact', []]);
    expect([verdict.records, verdict.duplicates]).toEqual([41, 6]);
  });

  it('says the same of several epochs, whichever comes first', () => {
    const dir = journalOf(4);
    rmSync(join(dir, 'head.json'));
    const journal = open(dir);
    appendEach(journal, ['later']);
    journal.close();
    const lines = linesOf(dir);
    const verdict = verify(lines);
    expect(verdict.streams.map(({ records }) => records)).toEqual([5, 2]);
    expect(kinds(verdict)).toEqual(['intact', []]);
    expect(verify(lines.toReversed())).toEqual(verdict);
  });

  it('calls it incomplete when records have not arrived, by gap and by cursor', () => {
    const lines = linesOf(journalOf(9));
    const cursor = {
      stream: parseRecord(lines[0] ?? '')?.audit.stream ?? '',
      seq: 10,
      leaf: leafOf(lines[9] ?? ''),
      segment: 's',
      offset: 1,
    };
    expect(kinds(verify(lines, true, cursor))).toEqual(['intact', []]);
    expect(kinds(verify(lines.toSpliced(4, 1).slice(0, -1).toReversed(), true, cursor))).toEqual([
      'incomplete',
      [
        ['missing', 5, 5],
        ['cut', 10, 10],
      ],
    ]);
  });

  it('calls it tampered when a record was edited, or when one number has two', () => {
    const lines = linesOf(journalOf(9));
    const edited = lines[4]?.replace('echo', 'exho') ?? '';
    expect(kinds(verify(lines.with(4, edited).toReversed()))).toEqual(['tampered', [['edited', 5, 5]]]);
    expect(kinds(verify([...lines, edited]))).toEqual(['tampered', [['fork', 5, 5]]]);
    expect(kinds(verify([...lines, 'x']))).toEqual(['tampered', [['unreadable', undefined, undefined]]]);
  });

  it('checks an excerpt without asking for its beginning', () => {
    const lines = linesOf(journalOf(9)).slice(4);
    expect(kinds(verify(lines, false))).toEqual(['intact', []]);
    expect(kinds(verify(lines, true))).toEqual(['incomplete', [['missing', 1, 4]]]);
  });
});
