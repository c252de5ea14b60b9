/**
 * The journal: sealed records, one canonical JSON line each, in append-only segments. A record is in it when its append
 * returned; from then on it survives any crash, and its id will not be written again. Nothing is ever rewritten: a
 * torn tail is put aside, a chain that cannot be continued is followed by a new epoch that says why, and a journal whose
 * end does not fit together is left alone.
 */
import { type Clock, formatNanos } from '../platform/clock.ts';
import { ensurePrivateDir, readTextIfExists } from '../platform/files.ts';
import { EMPTY_LEAF } from './canonical.ts';
import { genesisDetails, type GenesisReason } from './genesis.ts';
import { type Claim, headPath, readCursor, readHead, writeHead } from './marks.ts';
import { type LinePosition, MAX_LINE_BYTES } from './reader.ts';
import type { DraftRecord, SealedRecord } from './record.ts';
import {
  cutTornTail,
  type EpochStart,
  readTail,
  reasonForEpoch,
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
  /** Record 1 of an epoch; the journal adds its `action_details`. */
  readonly genesis: (reason: GenesisReason, previous: Claim | undefined) => DraftRecord;
}

export interface Journal {
  /** `<install id>/<epoch>`. */
  readonly stream: string;
  /** What a crash had torn and opening put aside, to be recorded by the caller. */
  readonly recovered: Recovered | undefined;
  /** Why opening began an epoch; `undefined` when it continued one. */
  readonly began: EpochStart | undefined;
  /**
   * Whether a record with this id is in the journal. Exact for every event whose spool file can still exist, if
   * `settle` is called as it says; older ids are forgotten.
   */
  has(id: string): boolean;
  /**
   * Seals the drafts in their order and makes them durable, with one write and one fsync; those whose id is known are
   * left out.
   * @returns what was appended
   * @throws StepDown — somebody else wrote to the journal, so leave; a system error (disk full) — call again later
   */
  append(drafts: readonly DraftRecord[]): readonly SealedRecord[];
  /** Says that the spool files of all records appended so far are removed and their directory is fsynced. */
  settle(): void;
  close(): void;
}

/**
 * Opens the journal for writing, beginning an epoch where there is no chain to continue.
 * @throws AtelError tampered — its end does not fit together; input — the directory is not private
 */
export function openJournal(options: JournalOptions): Journal {
  const { dir, installId, segmentBytes, clock } = options;
  ensurePrivateDir(dir);
  const recovered = cutTornTail(dir);
  const [head, cursor] = [readHead(dir), readCursor(dir)];
  const marks = [head, cursor].filter((mark) => mark !== undefined);
  const tail = readTail(dir, marks);
  const began = reasonForEpoch(tail, head, cursor, installId);
  if (tail && !began) {
    const writer = resumeEpoch(dir, segmentBytes, epochOf(tail.stream), tail);
    return createJournal(options, writer, { ...tail, recovered, began });
  }
  const epochs = [
    ...listSegments(dir).map((name) => parseSegmentName(name).epoch),
    ...marks.map(({ stream }) => epochOf(stream)),
  ];
  const epoch = epochAfter(epochs, Number(clock() / 1_000_000n));
  const writer = beginEpoch(dir, segmentBytes, epoch);
  try {
    const stream = `${installId}/${epoch}`;
    const { ids = new Set<string>(), bytes = 0 } = tail ?? {};
    const start = { stream, seq: 0, leaf: EMPTY_LEAF, sessions: new Map<string, SessionLink>(), ids, bytes };
    const journal = createJournal(options, writer, { ...start, position: undefined, recovered, began });
    journal.append([genesisDraft(options, began)]);
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
  readonly began: EpochStart | undefined;
};

function createJournal({ dir, clock }: JournalOptions, writer: SegmentWriter, start: State): Journal {
  const { stream, sessions, ids, recovered, began } = start;
  let { seq, leaf, position, bytes } = start;
  let headText = readTextIfExists(headPath(dir));
  let settled = false;

  const moveHead = (at: LinePosition): void => {
    headText = writeHead(dir, { stream, seq, leaf, segment: at.segment, bytes: at.next });
  };
  const snapshot = (): void => {
    if (!settled || !position || bytes === 0) return;
    writeSnapshot(dir, { stream, seq, leaf, sessions, position });
    ids.clear();
    bytes = 0;
  };
  // After a crash between append and head, the head is one append behind.
  if (position) moveHead(position);

  return {
    stream,
    recovered,
    began,
    has: (id) => ids.has(id),
    append(drafts) {
      writer.check();
      if (readTextIfExists(headPath(dir)) !== headText)
        throw new StepDown('the head of the journal is not ours');
      const state = { stream, seq, leaf, sessions };
      const batch = seal(newOnes(drafts, ids), state, formatNanos(clock()));
      if (batch.sealed.length === 0) return [];
      refuseLongLines(batch.sealed);
      position = writer.write(batch.sealed);
      ({ seq, leaf } = batch);
      for (const [session, link] of batch.sessions) sessions.set(session, link);
      for (const { record, line } of batch.sealed) {
        ids.add(record.id);
        bytes += line.length;
      }
      settled = false;
      moveHead(position);
      return batch.sealed;
    },
    settle() {
      settled = true;
      if (bytes >= SNAPSHOT_BYTES) snapshot();
    },
    close() {
      snapshot();
      writer.close();
    },
  };
}

/** Those with an id that neither the journal nor an earlier draft has. */
function newOnes(drafts: readonly DraftRecord[], known: ReadonlySet<string>): readonly DraftRecord[] {
  const own = new Set<string>();
  return drafts.filter(({ id }) => !known.has(id) && !own.has(id) && own.add(id));
}

function refuseLongLines(sealed: readonly SealedRecord[]): void {
  for (const { line, record } of sealed) {
    const length = Buffer.byteLength(line) + 1;
    if (length > MAX_LINE_BYTES)
      throw new Error(`record ${record.id} has ${length} bytes, the limit is ${MAX_LINE_BYTES}`);
  }
}
