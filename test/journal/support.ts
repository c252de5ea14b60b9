/** Journals in temporary directories, with records as the forwarder makes them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Journal, type JournalOptions, openJournal } from '../../src/journal/journal.ts';
import { readCursor, readHead } from '../../src/journal/marks.ts';
import { readJournal } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import type { Verdict } from '../../src/journal/verdict.ts';
import { createVerifier } from '../../src/journal/verify.ts';
import { draft } from './drafts.ts';

const directories: string[] = [];

afterEach(() => {
  for (const dir of directories.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A path for a journal that is removed after the test. */
export function temporaryJournal(): string {
  const dir = mkdtempSync(join(tmpdir(), 'atel-'));
  directories.push(dir);
  return join(dir, 'journal');
}

let now = 1_795_378_461_000_000_000n;

export function open(dir: string, options: Partial<JournalOptions> = {}): Journal {
  return openJournal({
    dir,
    installId: 'install',
    clock: () => (now += 1_000_000n),
    segmentBytes: 67_108_864,
    isSpooled: () => false,
    genesis: () => draft(`genesis-${now}`),
    ...options,
  });
}

/** Appends records with these ids, each alone, in two sessions. */
export function appendEach(journal: Journal, ids: readonly (number | string)[]): void {
  for (const [i, id] of ids.entries()) journal.append([draft(`${id}`, i % 2 === 0 ? 'even' : 'odd')]);
}

/** A closed journal with a genesis and `count` records, so that record n has seq n + 1. */
export function journalOf(count: number, options: Partial<JournalOptions> = {}): string {
  const dir = temporaryJournal();
  const journal = open(dir, options);
  appendEach(
    journal,
    Array.from({ length: count }, (_, i) => i + 1),
  );
  journal.close();
  return dir;
}

/** What `atel verify` says of a journal. */
export function verdictOf(dir: string): Verdict {
  const verifier = createVerifier({
    mode: 'ordered',
    whole: true,
    head: readHead(dir),
    cursor: readCursor(dir),
  });
  for (const line of readJournal(dir)) verifier.add(line);
  return verifier.finish(readHead(dir));
}

/** What stands in a journal, line by line. */
export function linesOf(dir: string): string[] {
  return Array.from(readJournal(dir), ({ line }) => line);
}

/** The path of the segment that is written to. */
export function segmentOf(dir: string): string {
  return join(dir, listSegments(dir).at(-1) ?? '');
}
