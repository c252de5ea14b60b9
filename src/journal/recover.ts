/** What a start finds: a torn tail is put aside, the end of the chains is read and checked, never repaired. */
import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { AtelError } from '../platform/errors.ts';
import {
  endOfWholeLines,
  ensurePrivateDir,
  fsyncDir,
  readAt,
  sizeOfFd,
  writeAtomic,
} from '../platform/files.ts';
import { EMPTY_LEAF } from './canonical.ts';
import type { GenesisReason } from './genesis.ts';
import type { Claim, Head } from './marks.ts';
import { type Place, placeOf } from './purged.ts';
import { type JournalLine, type LinePosition, parseRecord, readJournal, readRecord } from './reader.ts';
import type { AtelRecord } from './record.ts';
import type { ChainState, SessionLink } from './seal.ts';
import { compareEpochs, listSegments } from './segments.ts';
import { readSnapshot } from './snapshot.ts';

/** Bytes behind the last newline that were moved to `torn/`. */
export interface Recovered {
  readonly segment: string;
  readonly bytes: number;
}

/**
 * Moves what stands behind the last newline of the last segment to `torn/`, and makes the rest durable: it may hold
 * whole lines of an append that never came to its fsync. The directory is fsynced by whoever opens a segment to write.
 */
export function cutTornTail(dir: string): Recovered | undefined {
  const segment = listSegments(dir).at(-1);
  if (segment === undefined) return undefined;
  const fd = openSync(join(dir, segment), 'r+');
  try {
    const size = sizeOfFd(fd);
    const end = endOfWholeLines(fd);
    if (end < size) {
      const torn = join(dir, 'torn');
      ensurePrivateDir(torn);
      writeAtomic(join(torn, `${segment}.${end}`), readAt(fd, end, size - end));
      fsyncDir(dir);
      ftruncateSync(fd, end);
    }
    fsyncSync(fd);
    return end < size ? { segment, bytes: size - end } : undefined;
  } finally {
    closeSync(fd);
  }
}

/** The end of the journal. */
export interface Tail extends ChainState {
  readonly sessions: Map<string, SessionLink>;
  /** The newest record's line. */
  readonly position: LinePosition;
  /** Which of the spooled ids the journal has, with the types of their events. */
  readonly known: Map<string, string>;
  /** Bytes behind the snapshot. */
  readonly bytes: number;
}

/**
 * Reads the journal from its snapshot to its end; `undefined` when it holds no record.
 * @param marks what the end must agree with
 * @param isSpooled whether the spool holds the event with this id
 * @throws AtelError tampered — a whole line is no record, or does not follow the one before it
 */
export function readTail(
  dir: string,
  marks: readonly Claim[],
  isSpooled: (id: string) => boolean,
): Tail | undefined {
  const snapshot = readSnapshot(dir);
  const known = new Map(Array.from(snapshot?.unsettled ?? []).filter(([id]) => isSpooled(id)));
  let bytes = 0;
  let at: (ChainState & { sessions: Map<string, SessionLink>; position: LinePosition }) | undefined =
    snapshot && {
      ...snapshot,
      sessions: new Map(snapshot.sessions),
    };
  const from = snapshot && { segment: snapshot.position.segment, offset: snapshot.position.next };
  for (const entry of readJournal(dir, from)) {
    const { place, record } = contentOf(entry) ?? refuse(dir, entry, (at?.seq ?? 0) + 1, 'is no record');
    const { stream, seq, leaf, inSession } = place;
    const state =
      at?.stream === stream
        ? at
        : { stream, seq: 0, leaf: EMPTY_LEAF, sessions: new Map<string, SessionLink>() };
    if (!follows(place, state)) refuse(dir, entry, seq, 'does not follow the record before it');
    if (marks.some((mark) => mark.stream === stream && mark.seq === seq && mark.leaf !== leaf))
      refuse(dir, entry, seq, 'is not the record that the head or the export cursor names');
    if (inSession) state.sessions.set(inSession.session, { sseq: inSession.sseq, leaf });
    if (record && isSpooled(record.id)) known.set(record.id, record.event_type);
    bytes += entry.position.next - entry.position.offset;
    at = { stream, seq, leaf, sessions: state.sessions, position: entry.position };
  }
  return at && { ...at, known, bytes };
}

/** When the record at this place was journaled; `undefined` when it was purged. */
export function receivedAt(dir: string, position: LinePosition): string | undefined {
  for (const { line } of readJournal(dir, position)) return parseRecord(line)?.audit.received;
  return undefined;
}

/** The place of a line's record, and the record unless it was purged. */
function contentOf(entry: JournalLine): { place: Place; record?: AtelRecord } | undefined {
  const { line, leaf, torn, damaged } = entry;
  const reading = torn || damaged !== undefined ? undefined : readRecord(line);
  if (reading?.kind === 'purged') return { place: reading.place };
  if (reading?.kind !== 'record') return undefined;
  return { place: placeOf(reading.record, leaf), record: reading.record };
}

function follows({ seq, prev, inSession }: Place, state: ChainState): boolean {
  if (seq !== state.seq + 1 || prev !== state.leaf) return false;
  if (!inSession) return true;
  const before = state.sessions.get(inSession.session);
  return inSession.sseq === (before?.sseq ?? 0) + 1 && inSession.sprev === (before?.leaf ?? EMPTY_LEAF);
}

function refuse(dir: string, { position }: JournalLine, seq: number, what: string): never {
  throw new AtelError('tampered', `record ${seq} (byte ${position.offset}) ${what}`, {
    where: join(dir, position.segment),
    fix: 'nothing is appended to it: run `atel verify`, keep a copy, then move this file and later ones away',
  });
}

export interface EpochStart {
  readonly reason: GenesisReason;
  readonly previous: Claim | undefined;
}

/** Why the chain cannot be continued, `undefined` when it can. */
export function reasonForEpoch(
  tail: Tail | undefined,
  head: Head | undefined,
  claims: readonly Claim[],
  installId: string,
): EpochStart | undefined {
  const furthest = claims.toSorted((a, b) => compareEpochs(a, b) || a.seq - b.seq).at(-1);
  if (!tail) return { reason: furthest ? 'journal_missing' : 'first_start', previous: claimOf(furthest) };
  if (furthest && compareEpochs(furthest, tail) > 0)
    return { reason: 'journal_missing', previous: claimOf(furthest) };
  if (furthest?.stream === tail.stream && furthest.seq > tail.seq)
    return { reason: 'journal_cut', previous: claimOf(furthest) };
  // A crash right after the genesis leaves no head; from then on there always is one.
  if (!head && tail.seq > 1) return { reason: 'head_missing', previous: claimOf(tail) };
  if (!tail.stream.startsWith(`${installId}/`)) return { reason: 'install_changed', previous: claimOf(tail) };
  return undefined;
}

function claimOf(claim: Claim | undefined): Claim | undefined {
  return claim && { stream: claim.stream, seq: claim.seq, leaf: claim.leaf };
}
