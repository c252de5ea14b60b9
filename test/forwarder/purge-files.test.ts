import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { eraseFiles } from '../../src/forwarder/purge-files.ts';
import { parseNanos } from '../../src/platform/clock.ts';
import type { Paths } from '../../src/platform/paths.ts';
import { draft } from '../journal/drafts.ts';
import { open } from '../journal/support.ts';
import { temporaryHome } from '../helpers/temporary-home.ts';

const RECORDED = '00000000-0000-4000-8000-00000000000a';
const OTHER = '00000000-0000-4000-8000-00000000000b';
const NOON = '2026-11-22T12:00:00.000000000Z';

let paths: Paths;
beforeEach(() => {
  ({ paths } = temporaryHome());
  for (const dir of [join(paths.journalDir, 'torn'), paths.deadLetterDir])
    mkdirSync(dir, { recursive: true, mode: 0o700 });
});

/** Two files in a directory, of an hour before noon and an hour after it. */
function put(dir: string, files: readonly (readonly [name: string, text: string])[]): void {
  for (const [i, [name, text]] of files.entries()) {
    writeFileSync(join(dir, name), text);
    const time = Date.parse(NOON) / 1000 + (i === 0 ? -3600 : 3600);
    utimesSync(join(dir, name), time, time);
  }
}

function letterOf(session: string): string {
  const journal = open(paths.journalDir);
  const [sealed] = journal.append([draft(`of ${session}`, session)]);
  journal.close();
  return JSON.stringify({ kind: 'rejected', line: sealed?.line });
}

const left = (): readonly (readonly string[])[] =>
  [paths.queueDir, paths.quarantineDir, paths.deadLetterDir, join(paths.journalDir, 'torn')].map((dir) =>
    readdirSync(dir).toSorted(),
  );

function fill(): void {
  put(paths.queueDir, [
    [RECORDED, ''],
    [OTHER, ''],
  ]);
  put(paths.quarantineDir, [
    ['names', 'of session going'],
    ['names-no', 'of session staying'],
    [RECORDED, ''],
  ]);
  put(paths.deadLetterDir, [
    ['1.json', letterOf('going')],
    ['2.json', letterOf('staying')],
    ['3.json', '{"kind":"partial","ids":[]}'],
  ]);
  put(join(paths.journalDir, 'torn'), [
    ['old', ''],
    ['new', ''],
  ]);
}

it('a purged session takes along its captures, what names it, its dead letters, and all torn tails', () => {
  fill();
  const criteria = { session: 'going' };
  const counts = eraseFiles({ paths, installId: 'i', criteria, ids: new Set([RECORDED]) });
  expect(counts).toEqual({ spool: 1, quarantine: 2, dead_letters: 1, torn: 2 });
  expect(left()).toEqual([[OTHER], ['names-no'], ['2.json', '3.json'], []]);
});

it('a purge of what is older than a moment leaves what is newer', () => {
  fill();
  const criteria = { before: parseNanos(NOON) };
  const counts = eraseFiles({ paths, installId: 'i', criteria, ids: new Set([RECORDED]) });
  // The letters' records are of the evening.
  expect(counts).toEqual({ spool: 1, quarantine: 2, dead_letters: 0, torn: 1 });
  expect(left()).toEqual([[OTHER], ['names-no'], ['1.json', '2.json', '3.json'], ['new']]);
});
