import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { headPath } from '../../src/journal/marks.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { DraftRecord } from '../../src/journal/record.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { draft } from './drafts.ts';
import { open, temporaryJournal, verdictOf } from './support.ts';

const KILLS = 30;
const WRITER = fileURLToPath(new URL('kill-writer.ts', import.meta.url));

/** Ids of the events in the journal, in their order. */
function eventIds(dir: string): string[] {
  return Array.from(readJournal(dir)).flatMap(({ line }) => {
    const record = parseRecord(line);
    return record?.session_id === undefined ? [] : [record.id];
  });
}

describe('a journal whose writer dies', () => {
  it('by SIGKILL at any moment: holds every event once, and stays intact', async () => {
    const dir = temporaryJournal();
    const spool = join(dirname(dir), 'spool');
    mkdirSync(spool);
    let events = 0;
    const run = async (killAfterMillis?: number): Promise<void> => {
      const child = spawn(process.execPath, [WRITER, dir, spool], { stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = once(child, 'exit');
      await once(child.stdout, 'data');
      if (killAfterMillis !== undefined) await sleep(killAfterMillis);
      if (killAfterMillis !== undefined) child.kill('SIGKILL');
      await exit;
    };
    for (let kill = 0; kill < KILLS; kill++) {
      for (let i = 0; i < 60; i++) writeFileSync(join(spool, `event-${events++}`), '');
      await run(Math.random() * 60);
      expect(verdictOf(dir), `after kill ${kill}`).toMatchObject({ verdict: 'intact' });
    }
    await run();
    const ids = eventIds(dir);
    expect(ids.length).toBe(events);
    expect(new Set(ids).size).toBe(events);
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', head: 'ok' });
    expect(listSegments(dir).length).toBeGreaterThan(10);
  }, 120_000);

  it('between any two bytes of an append: holds every event once, and stays intact', () => {
    const batch = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 });
    const settled = fc.boolean();
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), batch, settled }),
      fc.record({ kind: fc.constant('restart' as const), batch, settled }),
      // The share of the last append that reached the disk; its head did not.
      fc.record({
        kind: fc.constant('crash' as const),
        batch,
        settled,
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    );
    const sizes = fc.record({
      segmentBytes: fc.integer({ min: 300, max: 6000 }),
      snapshotBytes: fc.integer({ min: 1, max: 4000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), sizes, (steps, options) => {
        const dir = temporaryJournal();
        let journal = open(dir, options);
        const expected: string[] = [];
        for (const [i, step] of steps.entries()) {
          const drafts = step.batch.map((session, n) => draft(`${i}.${n}`, `s${session}`));
          const ids = drafts.map(({ id }) => id);
          if (step.kind === 'crash') crash(dir, journal, drafts, step.share);
          else journal.append(drafts);
          if (step.kind !== 'append') {
            journal.close();
            journal = open(dir, { ...options, isSpooled: (id) => ids.includes(id) });
            expect(journal.began).toBeUndefined();
          }
          // Whatever is still in the spool comes again, the first event even twice.
          const resent = journal.append([...drafts.slice(0, 1), ...drafts]);
          expect(step.kind === 'crash' || resent.length === 0).toBe(true);
          expect(ids.every((id) => journal.has(id))).toBe(true);
          if (step.settled) journal.settle(ids);
          expected.push(...ids);
        }
        journal.close();
        expect(eventIds(dir)).toEqual(expected);
        expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', head: 'ok' });
      }),
      { numRuns: 30 },
    );
  }, 120_000);
});

describe('a journal on a full disk', () => {
  it('takes back the part that was written, and goes on when there is room', () => {
    const dir = temporaryJournal();
    const script = fileURLToPath(new URL('full-disk-writer.ts', import.meta.url));
    // 32 blocks of 512 bytes: the large batch is written in part.
    const limited = ['-c', 'ulimit -f 32; exec "$0" "$@"', process.execPath, script, dir];
    expect(execFileSync('sh', limited, { encoding: 'utf8' })).toBe('[5,"EFBIG",3]');
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 9, head: 'ok' });
    const journal = open(dir);
    expect(journal.recovered).toBeUndefined();
    journal.close();
  });
});

/** Appends, then takes back what a crash before the fsync might have lost: a part of the lines, and the head. */
function crash(dir: string, journal: Journal, drafts: readonly DraftRecord[], share: number): void {
  const last = (): string => join(dir, listSegments(dir).at(-1) ?? '');
  const [path, head] = [last(), readFileSync(headPath(dir))];
  const before = statSync(path).size;
  journal.append(drafts);
  const from = last() === path ? before : 0;
  truncateSync(last(), from + Math.round((statSync(last()).size - from) * share));
  writeFileSync(headPath(dir), head);
}
