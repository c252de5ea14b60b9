/**
 * The journal: sealed records, one canonical JSON line each, in append-only segments. A record is in it when its append
 * returned; from then on it survives any crash, and its id will not be written again. Nothing is ever rewritten, but by a
 * purge (`purge.ts`) with the journal closed: a torn tail is put aside, a chain that cannot be continued is followed by a
 * new epoch that says why, and a journal whose end does not fit together is left alone.
 */
import { type Clock, formatNanos } from '../platform/clock.ts';
import { errnoOf } from '../platform/errors.ts';
import { ensurePrivateDir, readTextIfExists } from '../platform/files.ts';
import { EMPTY_LEAF } from './canonical.ts';
import { genesisDetails, type GenesisReason } from './genesis.ts';
import { type Claim, headPath, readCursor, readHead, writeHead } from './marks.ts';
import { MAX_LINE_BYTES } from './line-bytes.ts';
import type { LinePosition } from './reader.ts';
import type { DraftRecord, SealedRecord } from './record.ts';
import {
  cutTornTail,
  type EpochStart,
  readTail,
  reasonForEpoch,
  receivedAt,
  type Recovered,
  type Tail,
} from './recover.ts';
import { seal, type SessionLink } from './seal.ts';
import { beginEpoch, resumeEpoch, type SegmentWriter, StepDown } from './segment-writer.ts';
import { epochAfter, epochOf, listSegments, parseSegmentName } from './segments.ts';
import { SNAPSHOT_BYTES, writeSnapshot } from './snapshot.ts';

export interface JournalOptions {
  readonly dir: string;
  readonly installId: string;
  readonly clock: Clock;
  /** A segment that would grow beyond this is followed by a new one. */
  readonly segmentBytes: number;
  /** Whether the spool holds the event with this id: those that the journal has already are left out by `append`. */
  readonly isSpooled: (id: string) => boolean;
  /** A record that is known from outside the journal's directory to have been in it. */
  readonly claim?: Claim | undefined;
  /** How much journal opening may have to read; default `SNAPSHOT_BYTES`. */
  readonly snapshotBytes?: number;
  /** Record 1 of an epoch; the journal adds its `action_details`. */
  readonly genesis: (reason: GenesisReason, previous: Claim | undefined) => DraftRecord;
}

export interface Journal {
  /** `<install id>/<epoch>`. */
  readonly stream: string;
  /** What a crash had torn and opening put aside, to be recorded by the caller. */
  readonly recovered: Recovered | undefined;
  /** When the newest record that opening found was journaled (its `audit.received`). */
  readonly received: string | undefined;
  /** Why opening began an epoch; `undefined` when it continued one. */
  readonly began: EpochStart | undefined;
  /** Whether the journal has this event, so that only its spool file is left to remove. Settled ids are forgotten. */
  has(id: string): boolean;
  /** The type of an event that it has. */
  typeOf(id: string): string | undefined;
  /**
   * Seals the drafts in their order and makes them durable, with one write and one fsync; those that `has` knows are
   * left out.
   * @returns what was appended
   * @throws StepDown — somebody else wrote to the journal, so leave; a system error (disk full) — call again later
   */
  append(drafts: readonly DraftRecord[]): readonly SealedRecord[];
  /**
   * Says that no spool file has one of these ids any more, not even after a power cut: it is removed and its directory
   * fsynced, or there never was one. What is never settled is kept in mind until the next opening, nothing worse.
   */
  settle(ids: Iterable<string>): void;
  close(): void;
}

/**
 * Opens the journal for writing, beginning an epoch where there is no chain to continue.
 * @throws AtelError tampered — its end does not fit together; input — the directory is not private
 */
export function openJournal(options: JournalOptions): Journal {
  const { dir, installId, segmentBytes, clock, isSpooled, claim } = options;
  ensurePrivateDir(dir);
  const recovered = cutTornTail(dir);
  const [head, cursor] = [readHead(dir), readCursor(dir)];
  const marks = [head, cursor].filter((mark) => mark !== undefined);
  const tail = readTail(dir, marks, isSpooled);
  const claims = [...marks, ...(claim ? [claim] : [])];
  const began = reasonForEpoch(tail, head, claims, installId);
  const received = tail && receivedAt(dir, tail.position);
  if (tail && !began) {
    const writer = resumeEpoch(dir, segmentBytes, epochOf(tail.stream), tail);
    return createJournal(options, writer, { ...tail, recovered, received, began });
  }
  const epochs = [
    ...listSegments(dir).map((name) => parseSegmentName(name).epoch),
    ...claims.map(({ stream }) => epochOf(stream)),
  ];
  const epoch = epochAfter(epochs, Number(clock() / 1_000_000n));
  const writer = beginEpoch(dir, segmentBytes, epoch);
  try {
    const stream = `${installId}/${epoch}`;
    const { known = new Map<string, string>(), bytes = 0 } = tail ?? {};
    const start = {
      stream,
      seq: 0,
      leaf: EMPTY_LEAF,
      sessions: new Map<string, SessionLink>(),
      known,
      bytes,
    };
    const journal = createJournal(options, writer, {
      ...start,
      position: undefined,
      recovered,
      received,
      began,
    });
    for (const { record } of journal.append([genesisDraft(options, began)])) journal.settle([record.id]);
    return journal;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function genesisDraft({ genesis }: JournalOptions, began: EpochStart | undefined): DraftRecord {
  const { reason = 'first_start', previous } = began ?? {};
  return { ...genesis(reason, previous), action_details: genesisDetails(reason, previous) };
}

type State = Omit<Tail, 'position'> & {
  readonly position: LinePosition | undefined;
  readonly recovered: Recovered | undefined;
  readonly received: string | undefined;
  readonly began: EpochStart | undefined;
};

function createJournal(options: JournalOptions, writer: SegmentWriter, start: State): Journal {
  const { dir, clock, snapshotBytes = SNAPSHOT_BYTES } = options;
  const { stream, sessions, known, recovered, received, began } = start;
  let { seq, leaf, position, bytes } = start;
  let headText = readTextIfExists(headPath(dir));

  const moveHead = (at: LinePosition): void => {
    headText = writeHead(dir, { stream, seq, leaf, segment: at.segment, bytes: at.next });
  };
  const snapshot = (): void => {
    if (!position || bytes === 0) return;
    writeSnapshot(dir, { stream, seq, leaf, sessions, position, unsettled: known });
    bytes = 0;
  };
  // After a crash between append and head, the head is one append behind.
  if (position) moveHead(position);

  return {
    stream,
    recovered,
    received,
    began,
    has: (id) => known.has(id),
    typeOf: (id) => known.get(id),
    append(drafts) {
      writer.check();
      if (readTextIfExists(headPath(dir)) !== headText)
        throw new StepDown('the head of the journal is not ours');
      const state = { stream, seq, leaf, sessions };
      const batch = seal(newOnes(drafts, known), state, formatNanos(clock()));
      if (batch.sealed.length === 0) return [];
      refuseLongLines(batch.sealed);
      position = writer.write(batch.sealed);
      ({ seq, leaf } = batch);
      for (const [session, link] of batch.sessions) sessions.set(session, link);
      for (const { record, line } of batch.sealed) {
        known.set(record.id, record.event_type);
        bytes += line.length;
      }
      moveHead(position);
      return batch.sealed;
    },
    settle(ids) {
      for (const id of ids) known.delete(id);
      if (bytes >= snapshotBytes) snapshot();
    },
    close() {
      try {
        snapshot();
      } catch (error) {
        // It only makes the next opening faster.
        if (errnoOf(error) === undefined) throw error;
      } finally {
        writer.close();
      }
    },
  };
}

/** Those with an id that neither the journal nor an earlier draft has. */
function newOnes(drafts: readonly DraftRecord[], known: ReadonlyMap<string, string>): readonly DraftRecord[] {
  const own = new Set<string>();
  return drafts.filter(({ id }) => !known.has(id) && !own.has(id) && own.add(id));
}

function refuseLongLines(sealed: readonly SealedRecord[]): void {
  for (const { line, record } of sealed) {
    // A UTF-16 unit has at most three bytes, so that most lines need no counting.
    if (line.length * 3 < MAX_LINE_BYTES) continue;
    const length = Buffer.byteLength(line) + 1;
    if (length > MAX_LINE_BYTES)
      throw new Error(`record ${record.id} has ${length} bytes, the limit is ${MAX_LINE_BYTES}`);
  }
}
