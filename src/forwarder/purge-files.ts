/** What of purged records stands in files beside the journal. */
import { type BigIntStats, lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isMeant, type PurgeCriteria } from '../journal/purge.ts';
import { parseRecord } from '../journal/reader.ts';
import { fsyncDir, namesIn } from '../platform/files.ts';
import { parseJson } from '../platform/json.ts';
import type { Paths } from '../platform/paths.ts';
import { captureId } from './capture-id.ts';

export interface EraseOptions {
  readonly paths: Paths;
  readonly installId: string;
  readonly criteria: PurgeCriteria;
  /** Ids of the records that go. */
  readonly ids: ReadonlySet<string>;
}

/** How many files of each kind went. */
export interface ErasedFiles {
  readonly spool: number;
  readonly quarantine: number;
  readonly dead_letters: number;
  readonly torn: number;
}

interface Entry {
  readonly path: string;
  readonly name: string;
  readonly stat: BigIntStats;
}

/**
 * Erases captures whose records go, quarantined ones also when they name the session or are older than the time, dead
 * letters, and torn tails: those are halves of lines, of which nobody can say whose they are, and whose events are in
 * the journal.
 */
export function eraseFiles({ paths, installId, criteria, ids }: EraseOptions): ErasedFiles {
  const { session, before } = criteria;
  const isOld = ({ stat }: Entry): boolean => before === undefined || stat.mtimeNs < before;
  const isRecorded = ({ name, stat }: Entry): boolean => {
    const [mtimeNanos, inode, size] = [stat.mtimeNs, stat.ino, Number(stat.size)];
    return ids.has(captureId(installId, { name, mtimeNanos, inode, size, foreign: undefined }));
  };
  const namesSession = ({ path }: Entry): boolean =>
    session === undefined || readFileSync(path).includes(session);
  return {
    // In the journal, but a crash came before it was removed: it must not be journaled again.
    spool: erase(paths.queueDir, isRecorded),
    quarantine: erase(
      paths.quarantineDir,
      (entry) => isRecorded(entry) || (isOld(entry) && namesSession(entry)),
    ),
    dead_letters: erase(paths.deadLetterDir, ({ path }) =>
      isLetterMeant(readFileSync(path, 'utf8'), criteria),
    ),
    torn: erase(join(paths.journalDir, 'torn'), isOld),
  };
}

const letterSchema = z.object({ line: z.string() });

/** Letters about a whole batch hold ids only. */
function isLetterMeant(text: string, criteria: PurgeCriteria): boolean {
  const record = parseRecord(letterSchema.safeParse(parseJson(text)).data?.line ?? '');
  return record !== undefined && isMeant(record, criteria);
}

/** Removes regular files, durably. */
function erase(dir: string, isWanted: (entry: Entry) => boolean): number {
  const wanted = namesIn(dir).filter((name) => {
    const path = join(dir, name);
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stat?.isFile() === true && isWanted({ path, name, stat });
  });
  for (const name of wanted) rmSync(join(dir, name), { force: true });
  if (wanted.length > 0) fsyncDir(dir);
  return wanted.length;
}
