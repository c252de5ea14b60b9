import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planPurge, replaceLines } from '../../src/journal/purge.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { createBackupSource } from '../../src/query/backup-source.ts';
import { createJournalSource } from '../../src/query/journal-source.ts';
import type { RecordFilter, RecordSource, SourceRecord } from '../../src/query/record-source.ts';
import { resolveSession } from '../../src/query/resolve-session.ts';
import {
  callDraft,
  draft,
  otlpLine,
  SESSION_A,
  SESSION_B,
  START_NANOS,
  wholeSession,
  writeBackup,
  writeJournal,
} from '../helpers/records.ts';

let dir: string;
let notes: string[];
const note = (text: string): unknown => notes.push(text);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  notes = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const journalDir = (): string => join(dir, 'journal');
const backupDir = (): string => join(dir, 'backup');
const journal = (): RecordSource => createJournalSource({ directory: journalDir(), note });
const backup = (): RecordSource => createBackupSource({ directory: backupDir(), note });

const ofB = (seconds: number) =>
  draft(seconds, {
    session_id: SESSION_B,
    session_context: { session_id: SESSION_B, root_session: SESSION_A },
  });

async function linesOf(source: RecordSource, filter: RecordFilter = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line } of source.records(filter)) lines.push(line);
  return lines;
}

function journalLines(): string[] {
  return listSegments(journalDir()).flatMap((name) =>
    readFileSync(join(journalDir(), name), 'utf8').split('\n').filter(Boolean),
  );
}

describe('journal source', () => {
  it('gives every line byte for byte, over all segments', async () => {
    writeJournal(journalDir(), wholeSession(), { segmentBytes: 4096 });
    expect(listSegments(journalDir()).length).toBeGreaterThan(2);
    expect(await linesOf(journal())).toEqual(journalLines());
    expect(notes).toEqual([]);
  });

  it('finds by session, tool, event, project and time', async () => {
    writeJournal(journalDir(), [...wholeSession(), ofB(20), ofB(21)]);
    const count = async (filter: RecordFilter): Promise<number> => (await linesOf(journal(), filter)).length;
    expect(await count({ session: SESSION_B })).toBe(2);
    expect(await count({ session: 'a1b2c' })).toBe(15);
    expect(await count({ tool: 'Bash' })).toBe(3);
    expect(await count({ tool: 'Bas' })).toBe(0);
    expect(await count({ event: 'PreToolUse' })).toBe(6);
    expect(await count({ event: 'file_read' })).toBe(2);
    expect(await count({ project: 'shop', event: 'SessionEnd' })).toBe(1);
    expect(await count({ project: '/home/jeff/shop/', event: 'SessionEnd' })).toBe(1);
    expect(await count({ project: 'sho' })).toBe(0);
    expect(await count({ since: START_NANOS + 20_000_000_000n })).toBe(2);
    expect(await count({ since: START_NANOS + 20_000_000_000n, until: START_NANOS + 21_000_000_000n })).toBe(
      1,
    );
  });

  it('finds in a second reading what the first one did not ask for, and what came between the two', async () => {
    writeJournal(journalDir(), [ofB(1), ...wholeSession()], { segmentBytes: 4096 });
    const ofSessionB = (): string[] => journalLines().filter((line) => line.includes(SESSION_B));
    const source = journal();
    expect(await linesOf(source, { session: SESSION_B, tool: 'Bash' })).toEqual([]);
    expect(await linesOf(source, { session: 'a1b2f' })).toEqual(ofSessionB());
    const segments = listSegments(journalDir());
    writeJournal(journalDir(), [ofB(20)]);
    expect(listSegments(journalDir())).toEqual(segments);
    expect(ofSessionB()).toHaveLength(2);
    expect(await linesOf(source, { session: SESSION_B })).toEqual(ofSessionB());
  });

  it('leaves out old segments, but nothing that was captured in time', async () => {
    const hours = (count: number): number => count * 3600;
    const drafts = Array.from({ length: 60 }, (_, i) => draft(i % 3 === 0 ? hours(i - 50) : hours(i)));
    writeJournal(journalDir(), drafts, { segmentBytes: 4096 });
    const expected = journalLines().filter((line) => line.includes('"timestamp":"2026-11-25T'));
    expect(expected.length).toBeGreaterThan(5);
    const filter = { since: START_NANOS + 52n * 3_600_000_000_000n };
    appendFileSync(join(journalDir(), listSegments(journalDir())[0] ?? ''), 'no record\n');
    expect(await linesOf(journal(), filter)).toEqual(expected);
    expect(notes).toEqual([]);
  });

  it('skips a line that is no record and says so', async () => {
    writeJournal(journalDir(), [draft(1)]);
    const segment = join(journalDir(), listSegments(journalDir())[0] ?? '');
    const before = journalLines();
    appendFileSync(segment, '{"v":"atel/1","security":{"findings":5}}\nhalf a li');
    expect(await linesOf(journal())).toEqual(before);
    expect(notes).toEqual([
      expect.stringMatching(/skipped 1 line without a record of ours\. Run: atel verify/),
    ]);
  });

  it('gives the newest from the end, oldest first', async () => {
    writeJournal(journalDir(), wholeSession(), { segmentBytes: 4096 });
    const recent = async (filter: RecordFilter, count: number): Promise<string[]> =>
      (await journal().recent(filter, count)).map(({ line }) => line);
    expect(await recent({}, 7)).toEqual(journalLines().slice(-7));
    expect(await recent({}, 1000)).toEqual(journalLines());
    expect(await recent({}, 0)).toEqual([]);
    expect(await recent({ tool: 'Bash' }, 2)).toEqual(
      journalLines()
        .filter((line) => line.includes('"tool_name":"Bash"'))
        .slice(-2),
    );
  });

  it('is empty, not an error, where no journal is', async () => {
    expect(await linesOf(journal())).toEqual([]);
  });
});

describe('backup source', () => {
  it('equals the journal in spite of copies, disorder, rotation and compression', async () => {
    const drafts = [
      ...wholeSession(),
      ofB(20),
      draft(30, { action_details: { command: 'echo "<größer>" & \u2028' } }),
    ];
    writeJournal(journalDir(), drafts);
    const all = journalLines();
    writeBackup(backupDir(), 'records.jsonl', [otlpLine(all.slice(5, 9)), '', otlpLine(all.slice(0, 7))]);
    writeBackup(backupDir(), 'records-2026-11-21T00-00-00.000.jsonl', [otlpLine(all.slice(12))]);
    mkdirSync(backupDir(), { recursive: true });
    writeFileSync(join(backupDir(), 'records-1.jsonl.gz'), gzipSync(`${otlpLine(all.slice(8, 11))}\n`));
    writeFileSync(join(backupDir(), 'records-2.jsonl.zst'), zstdCompressSync(otlpLine(all.slice(10, 13))));
    writeFileSync(join(backupDir(), 'notes.txt'), 'not ours');
    expect(await linesOf(backup())).toEqual(all);
    const filters: RecordFilter[] = [
      { session: SESSION_B },
      { session: 'a1b2c3' },
      { tool: 'Bash' },
      { event: 'PostToolUse' },
      { since: START_NANOS + 8_000_000_000n },
    ];
    for (const filter of filters) {
      const expected = await linesOf(journal(), filter);
      expect(expected.length).toBeGreaterThan(0);
      expect(await linesOf(backup(), filter)).toEqual(expected);
    }
    expect(notes).toEqual([]);
  });

  it('equals the journal over several epochs', async () => {
    writeJournal(journalDir(), [draft(1), draft(2)], { installId: 'one' });
    rmSync(join(journalDir(), 'head.json'));
    writeJournal(journalDir(), [draft(3)], { installId: 'one' });
    expect(listSegments(journalDir())).toHaveLength(2);
    const all = journalLines();
    writeBackup(
      backupDir(),
      'records.jsonl',
      all.toReversed().map((line) => otlpLine([line])),
    );
    expect(await linesOf(backup())).toEqual(all);
  });

  it('merges several installs by time of capture, each in its own order', async () => {
    const one = writeJournal(join(dir, 'one'), [draft(1), draft(5), draft(4)], { installId: 'one' });
    const two = writeJournal(join(dir, 'two'), [draft(2), draft(6)], { installId: 'two' });
    const lines = [...two, ...one].map(({ line }) => line);
    writeBackup(backupDir(), 'records.jsonl', [otlpLine(lines)]);
    const order = [one[0], two[0], one[1], one[2], two[1]];
    expect(await linesOf(backup())).toEqual(order.map((sealed) => sealed?.line));
  });

  it('keeps a second record with the number of another in sight', async () => {
    const [real] = writeJournal(join(dir, 'one'), [draft(1)]);
    const line = real?.line ?? '';
    const forged = line.replace('"shop"', '"shed"');
    expect(forged).not.toBe(line);
    writeBackup(backupDir(), 'records.jsonl', [otlpLine([line, forged, line, forged])]);
    expect(await linesOf(backup())).toEqual([line, forged]);
  });

  it('names a torn last line with its place and reads on', async () => {
    writeJournal(journalDir(), wholeSession());
    const all = journalLines();
    const path = writeBackup(backupDir(), 'records-1.jsonl', [otlpLine(all)]);
    const whole = readFileSync(path).length;
    appendFileSync(path, otlpLine(all).slice(0, 100));
    writeBackup(backupDir(), 'records.jsonl', ['not json', otlpLine(['foreign body', '', '{"v":"atel/2"}'])]);
    expect(await linesOf(backup())).toEqual(all);
    expect(notes).toEqual([
      `${path}: an unfinished line at byte ${whole}; skipped`,
      expect.stringMatching(/records\.jsonl: no OTLP\/JSON at byte 0; skipped/),
      expect.stringMatching(/skipped 3 LogRecords without a record of ours/),
    ]);
  });

  it('reads a damaged compressed file up to its damage and says so', async () => {
    const sealed = writeJournal(journalDir(), wholeSession());
    const lines = sealed.map(({ line }) => otlpLine([line]));
    const packed = gzipSync(`${lines.join('\n')}\n`);
    mkdirSync(backupDir());
    writeFileSync(join(backupDir(), 'records-1.jsonl.gz'), packed.subarray(0, packed.length - 20));
    const read = await linesOf(backup());
    expect(sealed.map(({ line }) => line).slice(0, read.length)).toEqual(read);
    expect(notes).toEqual([expect.stringMatching(/records-1\.jsonl\.gz: damaged after line \d+/)]);
  });
});

describe('following', () => {
  async function take(
    records: AsyncIterable<SourceRecord>,
    count: number,
    stop: AbortController,
  ): Promise<string[]> {
    const lines: string[] = [];
    for await (const { line } of records) {
      lines.push(line);
      if (lines.length === count) stop.abort();
    }
    return lines;
  }

  it('tells what is journaled from the call on, over a change of segments, once', async () => {
    writeJournal(journalDir(), wholeSession(), { segmentBytes: 4096 });
    const before = journalLines();
    const stop = new AbortController();
    const arriving = journal().follow({ session: SESSION_A }, stop.signal);
    writeJournal(journalDir(), [...wholeSession(), ofB(50)], { segmentBytes: 4096 });
    const expected = journalLines()
      .slice(before.length)
      .filter((line) => line.includes(SESSION_A) && !line.includes(SESSION_B));
    expect(expected).toHaveLength(15);
    expect(await take(arriving, 15, stop)).toEqual(expected);
  });

  it('tells nothing twice when a purge replaces the segments, and goes on behind', async () => {
    writeJournal(journalDir(), [...wholeSession(), ofB(20)], { segmentBytes: 4096 });
    const stop = new AbortController();
    const arriving = journal().follow({}, stop.signal);
    const purged = planPurge(journalDir(), { session: SESSION_A }).targets;
    expect(new Set(purged.map(({ position }) => position.segment)).size).toBeGreaterThan(2);
    replaceLines(journalDir(), purged);
    const [next] = writeJournal(journalDir(), [ofB(50)]);
    expect(await take(arriving, 1, stop)).toEqual([next?.line]);
  });

  it('shows nothing that was purged while it printed what stood before', async () => {
    writeJournal(journalDir(), [draft(1)]);
    const stop = new AbortController();
    const arriving = journal().follow({}, stop.signal);
    const [first, , last] = writeJournal(journalDir(), [draft(2), ofB(3), draft(4)]);
    const lines: string[] = [];
    for await (const { line } of arriving) {
      if (lines.push(line) === 1)
        replaceLines(journalDir(), planPurge(journalDir(), { session: SESSION_B }).targets);
      if (line === last?.line) stop.abort();
    }
    expect(lines).toEqual([first?.line, last?.line]);
  });

  it('waits for the end of a line that is half written', async () => {
    const [first, second] = writeJournal(join(dir, 'other'), [draft(1), draft(2)]).map(({ line }) => line);
    mkdirSync(journalDir());
    const segment = join(journalDir(), '20261122T200000000Z-000001.jsonl');
    writeFileSync(segment, `${first}\n${second?.slice(0, 40)}`);
    const stop = new AbortController();
    const arriving = take(journal().follow({}, stop.signal), 1, stop);
    setTimeout(() => appendFileSync(segment, `${second?.slice(40)}\n`), 300);
    expect(await arriving).toEqual([second]);
  });

  it('follows the backup through rotation', async () => {
    const lines = writeJournal(journalDir(), wholeSession()).map(({ line }) => line);
    const path = writeBackup(backupDir(), 'records.jsonl', [otlpLine(lines.slice(0, 2))]);
    const stop = new AbortController();
    const arriving = take(backup().follow({}, stop.signal), 3, stop);
    setTimeout(() => {
      appendFileSync(path, `${otlpLine(lines.slice(2, 4))}\n`);
      renameSync(path, join(backupDir(), 'records-2026-11-22T20-00-00.000.jsonl'));
      writeBackup(backupDir(), 'records.jsonl', [otlpLine(lines.slice(4, 5))]);
    }, 300);
    expect(await arriving).toEqual(lines.slice(2, 5));
  });
});

describe('session ids', () => {
  it('are found by a beginning that only one has', async () => {
    writeJournal(journalDir(), [draft(1), ofB(2), callDraft(3, 'PreToolUse', { id: 't', name: 'Read' })]);
    expect(await resolveSession(journal(), 'a1b2f')).toBe(SESSION_B);
    await expect(resolveSession(journal(), 'a1b2')).rejects.toThrow(
      `several sessions begin with "a1b2": ${SESSION_A}, ${SESSION_B}; give more characters`,
    );
    await expect(resolveSession(journal(), 'ffff')).rejects.toThrow(
      /^journal \(.*\): no session begins with "ffff"; list/,
    );
  });
});
