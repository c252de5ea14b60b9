/** Purging within the journal: which lines are meant, and what takes their place. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNanos } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { writeAtomic } from '../platform/files.ts';
import { leafOf } from './canonical.ts';
import { type ExportCursor, readCursor, readHead } from './marks.ts';
import { type Place, placeOf, purgedLine } from './purged.ts';
import { type LinePosition, readJournal, readRecord } from './reader.ts';
import type { AtelRecord } from './record.ts';
import type { Verdict } from './verdict.ts';
import { createVerifier } from './verify.ts';

/** What is to go; all that is given must hold. */
export interface PurgeCriteria {
  /** A whole session id. */
  readonly session?: string | undefined;
  /** Captured before this moment, in nanoseconds since the epoch. */
  readonly before?: bigint | undefined;
}

interface Target {
  readonly position: LinePosition;
  readonly place: Place;
  readonly id: string;
}

export interface PurgePlan {
  readonly targets: readonly Target[];
  /** Sessions that lose records, in order of their first one. */
  readonly sessions: readonly string[];
  /** Sessions of which the journal keeps no record. */
  readonly emptied: readonly string[];
  /** How many of them the sink has not accepted yet. */
  readonly unsent: number;
  readonly verdict: Verdict['verdict'];
}

/** Whether a record is meant. Those about ourselves never are: the trail's own story stays whole. */
export function isMeant(record: AtelRecord, { session, before }: PurgeCriteria): boolean {
  if (record.audit.seq === 1 || (record.event_type === 'audit' && record.session_id === undefined))
    return false;
  if (session !== undefined && record.session_id !== session) return false;
  return before === undefined || (parseNanos(record.timestamp) ?? before) < before;
}

/**
 * Reads the whole journal, and verifies it on the way.
 * @throws AtelError input — a line is too short to be replaced, so it is none that we wrote
 */
export function planPurge(dir: string, criteria: PurgeCriteria): PurgePlan {
  const cursor = readCursor(dir);
  const verifier = createVerifier({ mode: 'ordered', whole: true, head: readHead(dir), cursor });
  const targets: Target[] = [];
  const [hit, kept] = [new Set<string>(), new Set<string>()];
  let unsent = 0;
  for (const entry of readJournal(dir)) {
    verifier.add(entry);
    const { line, leaf, position } = entry;
    const reading = entry.torn || entry.damaged !== undefined ? undefined : readRecord(line);
    if (reading?.kind !== 'record') continue;
    const { record } = reading;
    const meant = isMeant(record, criteria);
    if (record.session_id !== undefined) (meant ? hit : kept).add(record.session_id);
    if (!meant) continue;
    const place = placeOf(record, leaf);
    if (purgedLine(place).length > position.next - 1 - position.offset) {
      const where = `${join(dir, position.segment)} at byte ${position.offset}`;
      throw new AtelError('input', 'is too short to be a record of ours', {
        where,
        fix: 'run `atel verify`',
      });
    }
    targets.push({ position, place, id: record.id });
    if (!isSent(position, cursor)) unsent += 1;
  }
  const { verdict } = verifier.finish(readHead(dir));
  return { targets, sessions: [...hit], emptied: [...hit].filter((id) => !kept.has(id)), unsent, verdict };
}

function isSent({ segment, next }: LinePosition, cursor: ExportCursor | undefined): boolean {
  if (!cursor) return false;
  return segment < cursor.segment || (segment === cursor.segment && next <= cursor.offset);
}

/**
 * Replaces the lines, each segment in one step; to be called by the leader, with the purge recorded and no writer open.
 * After a crash some segments are as before.
 */
export function replaceLines(dir: string, targets: readonly Target[]): void {
  for (const [segment, own] of Map.groupBy(targets, ({ position }) => position.segment)) {
    const path = join(dir, segment);
    const bytes = readFileSync(path);
    for (const { position, place } of own) {
      const end = position.next - 1;
      if (leafOf(bytes.toString('utf8', position.offset, end)) !== place.leaf)
        throw new AtelError('tampered', `record ${place.seq} has changed meanwhile`, {
          where: path,
          fix: 'run `atel verify`',
        });
      // The same length, so that no byte offset changes.
      bytes.write(purgedLine(place).padEnd(end - position.offset), position.offset, 'latin1');
    }
    writeAtomic(path, bytes);
  }
}
