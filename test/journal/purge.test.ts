import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMeant, planPurge, replaceLines } from '../../src/journal/purge.ts';
import { claimsOf, rangesOf, readPurgeClaim } from '../../src/journal/purged.ts';
import { parseRecord, readJournal, readRecord } from '../../src/journal/reader.ts';
import { writeCursor } from '../../src/journal/marks.ts';
import { listSegments } from '../../src/journal/segments.ts';
import type { Verdict } from '../../src/journal/verdict.ts';
import { parseNanos } from '../../src/platform/clock.ts';
import { draft } from './drafts.ts';
import { appendEach, journalOf, open, temporaryJournal, verdictOf } from './support.ts';

const COUNT = 9;

/** Appends what tells of the purge of the session `even` (records 2, 4, … 10), as the forwarder does. */
function tell(dir: string): ReturnType<typeof planPurge> {
  const plan = planPurge(dir, { session: 'even' });
  const journal = open(dir);
  for (const claim of claimsOf(plan.targets.map(({ place }) => place)))
    journal.append([
      { ...draft(`purge-${claim.ranges[0]?.[0]}`), action_details: { kind: 'purge', ...claim } },
    ]);
  journal.close();
  return plan;
}

/** A journal of records 1 to 11 whose even ones were purged; the last one tells of it. */
function purgedJournal(options: Parameters<typeof journalOf>[1] = {}): string {
  const dir = journalOf(COUNT, options);
  replaceLines(dir, tell(dir).targets);
  return dir;
}

function edit(dir: string, seq: number, change: (line: string) => string): void {
  const path = join(dir, listSegments(dir)[0] ?? '');
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.with(seq - 1, change(lines[seq - 1] ?? '')).join('\n'));
}

const named = ({ verdict, problems }: Verdict): unknown => [
  verdict,
  ...problems.map(({ kind, from, to }) => `${kind} ${from}–${to}`),
];

describe('what is to be purged', () => {
  const at = (id: string, second: number, session = 's') => ({
    ...draft(id, session),
    timestamp: `2026-11-22T20:14:${String(second).padStart(2, '0')}.000000000Z`,
  });
  const TEN = parseNanos('2026-11-22T20:14:10.000000000Z') ?? 0n;

  it('is older than the given moment, by a nanosecond at least', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    journal.append([at('a', 9), at('b', 10), at('c', 11)]);
    journal.close();
    const meant = (before: bigint): readonly string[] =>
      planPurge(dir, { before }).targets.map(({ id }) => id);
    expect([meant(TEN), meant(TEN + 1n)]).toEqual([['a'], ['a', 'b']]);
  });

  it('empties only sessions of which nothing is left', () => {
    const dir = temporaryJournal();
    const journal = open(dir);
    journal.append([at('a', 1, 'going'), at('b', 1, 'half'), at('c', 20, 'half'), at('d', 20, 'staying')]);
    journal.close();
    const { sessions, emptied } = planPurge(dir, { before: TEN });
    expect({ sessions, emptied }).toEqual({ sessions: ['going', 'half'], emptied: ['going'] });
  });

  it('is unsent behind the export cursor, wherever that stands', () => {
    const dir = journalOf(COUNT, { segmentBytes: 1500 });
    expect(planPurge(dir, { session: 'even' }).unsent).toBe(5);
    for (const { line, leaf, position } of readJournal(dir)) {
      const { stream = '', seq = 0 } = parseRecord(line)?.audit ?? {};
      writeCursor(dir, { stream, seq, leaf, segment: position.segment, offset: position.next });
      const unsent = [2, 4, 6, 8, 10].filter((even) => even > seq).length;
      expect([seq, planPurge(dir, { session: 'even' }).unsent]).toEqual([seq, unsent]);
    }
  });

  it('is left alone when it changed since it was looked at', () => {
    const dir = journalOf(COUNT);
    const { targets } = planPurge(dir, { session: 'even' });
    edit(dir, 8, (line) => line.replace('echo', 'exho'));
    const path = join(dir, listSegments(dir)[0] ?? '');
    const before = readFileSync(path, 'utf8');
    expect(() => replaceLines(dir, targets)).toThrow(/record 8 has changed meanwhile/);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is claimed by records about ourselves alone', () => {
    const dir = purgedJournal();
    const own = [...readJournal(dir)].flatMap(({ line }) => parseRecord(line) ?? []).at(-1);
    if (!own) throw new Error('there is no record of the purge');
    expect(readPurgeClaim(own)?.ranges).toHaveLength(5);
    expect(readPurgeClaim({ ...own, hook_event: 'PostToolUse' })).toBeUndefined();
    expect(readPurgeClaim({ ...own, session_id: 's' })).toBeUndefined();
  });
});

describe('a purged journal', () => {
  it('stays intact, says how much is gone, and keeps every byte offset', () => {
    const before = [...readJournal(journalOf(COUNT))].map(({ position }) => position.offset);
    const dir = purgedJournal();
    const entries = [...readJournal(dir)];
    expect(entries.map(({ position }) => position.offset).slice(0, before.length)).toEqual(before);
    expect(entries.map(({ line }) => readRecord(line).kind === 'purged')).toEqual(
      Array.from({ length: COUNT + 2 }, (_, i) => i % 2 === 1 && i < COUNT + 1),
    );
    const { verdict, records, notes, head } = verdictOf(dir);
    expect({ verdict, records, head }).toEqual({ verdict: 'intact', records: COUNT + 2, head: 'ok' });
    expect(notes).toContain('5 records were purged: only hashes are left of them');
    expect(entries.flatMap(({ line }) => parseRecord(line) ?? []).map(({ id }) => id)).not.toContain('1');
  });

  it('goes on, with the purged session too, also when everything beside the segments is read anew', () => {
    for (const spoilSnapshot of [false, true]) {
      const dir = purgedJournal();
      if (spoilSnapshot) writeFileSync(join(dir, 'sessions.json'), '');
      const journal = open(dir);
      expect(journal.began).toBeUndefined();
      appendEach(journal, ['after-1', 'after-2']);
      journal.close();
      expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', streams: [{ lastSeq: COUNT + 4 }] });
      const resumed = [...readJournal(dir)].flatMap(({ line }) => parseRecord(line) ?? []).at(-2);
      expect(resumed?.audit.sseq).toBe(6);
    }
  });

  it.each([
    ['leaf', /"leaf":"./, '"leaf":"z', ['tampered', 'unreadable 4–4']],
    ['leaf', /"leaf":".{4}/, '"leaf":"0000', ['tampered', 'purged_unexplained 2–10', 'edited 4–4']],
    ['prev', /"prev":".{4}/, '"prev":"0000', ['tampered', 'purged_unexplained 2–10', 'edited 3–3']],
    ['sprev', /"sprev":".{4}/, '"sprev":"0000', ['tampered', 'purged_unexplained 2–10']],
    ['session', /"session":".{4}/, '"session":"0000', ['tampered', 'purged_unexplained 2–10']],
    ['spaces', / $/, 'x', ['tampered', 'unreadable 4–4']],
    ['form', /^(.*) $/, ' $1', ['tampered', 'unreadable 4–4']],
  ])('does not hide a change of a purged %s', (_what, from, to, expected) => {
    const dir = purgedJournal();
    edit(dir, 4, (line) => line.replace(from, to));
    expect(named(verdictOf(dir))).toEqual(expected);
  });

  it('does not hide another number, nor an edited record in front of a purged one', () => {
    const dir = purgedJournal();
    edit(dir, 4, (line) => line.replace('"seq":4', '"seq":3'));
    expect(verdictOf(dir)).toMatchObject({
      verdict: 'tampered',
      problems: expect.arrayContaining([expect.objectContaining({ kind: 'missing', from: 4, to: 4 })]),
    });
    const other = purgedJournal();
    edit(other, 3, (line) => line.replace('echo', 'exho'));
    expect(named(verdictOf(other))).toEqual(['tampered', 'edited 3–3']);
  });

  it('names a record whose content is gone though no record tells of it', () => {
    const dir = journalOf(COUNT);
    replaceLines(dir, planPurge(dir, { session: 'even' }).targets.slice(1, 3));
    expect(named(verdictOf(dir))).toEqual(['tampered', 'purged_unexplained 4–4', 'purged_unexplained 6–6']);
  });

  it('is finished by the same purge after a crash between its segments', () => {
    const dir = journalOf(COUNT, { segmentBytes: 1500 });
    const { targets } = tell(dir);
    const first = targets[0]?.position.segment;
    replaceLines(
      dir,
      targets.filter(({ position }) => position.segment === first),
    );
    const half = verdictOf(dir);
    expect(half.verdict).toBe('intact');
    expect(half.notes).toContain('the purge that record 11 tells of is not finished: run it again');
    replaceLines(dir, tell(dir).targets);
    const whole = verdictOf(dir);
    expect(whole.verdict).toBe('intact');
    expect(whole.notes.filter((note) => note.includes('not finished'))).toEqual([]);
    expect(planPurge(dir, { session: 'even' }).targets).toEqual([]);
  });

  it('never loses records about ourselves', () => {
    const dir = purgedJournal();
    const before = 2n ** 63n;
    const { targets } = planPurge(dir, { before });
    expect(targets.map(({ place }) => place.seq)).toEqual([3, 5, 7, 9]);
    const own = [...readJournal(dir)].flatMap(({ line }) => parseRecord(line) ?? []).at(-1);
    expect(own && isMeant(own, { before })).toBe(false);
  });

  it('names ranges, several records’ worth of them when there are many', () => {
    expect(rangesOf([2, 3, 4, 7, 9, 10])).toEqual([
      [2, 4],
      [7, 7],
      [9, 10],
    ]);
    const place = { stream: 's/e', prev: 'a'.repeat(64), leaf: 'b'.repeat(64) };
    const claims = claimsOf(Array.from({ length: 1500 }, (_, i) => ({ ...place, seq: 2 * i + 1 })));
    expect(claims.map(({ records, ranges }) => [records, ranges.length])).toEqual([
      [1000, 1000],
      [500, 500],
    ]);
  });
});
