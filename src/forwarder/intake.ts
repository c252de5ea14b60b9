/**
 * One pass over the spool: read what is complete, run it through the stages, journal it, and only then remove it.
 * Files that are not ours are never opened; files that are still being written are left for the next pass.
 */
import type { Journal } from '../journal/journal.ts';
import type { DraftRecord, SealedRecord } from '../journal/record.ts';
import { type Clock, formatNanos } from '../platform/clock.ts';
import type { Install } from '../platform/install-id.ts';
import type { DropFile } from '../spool/drop-file.ts';
import type { LossMark, Spool, SpoolEntry, SpoolRead } from '../spool/spool.ts';
import { captureId, sourceHmac } from './capture-id.ts';
import { captureClock } from './clock-watch.ts';
import type { Copies } from './copies.ts';
import { type Counters, type OwnIdentity, ownRecord } from './own-records.ts';
import type { Pipeline, PipelineInput } from './pipeline.ts';

/** One pass takes at most so many files and bytes (or one file), to bound memory and the time to the next fsync. */
const MAX_PASS_FILES = 1024;
const MAX_PASS_BYTES = 16_777_216;

export interface Intake {
  /** Journals one batch. */
  pass(): IntakePass;
}

interface IntakePass {
  readonly journaled: readonly SealedRecord[];
  /** The queue may hold more than one batch. */
  readonly more: boolean;
  /** Names in the queue that cannot be taken; they stay there. */
  readonly foreign: ReadonlySet<string>;
}

export interface IntakeDeps {
  readonly spool: Spool;
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly copies: Copies;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly install: Install;
  readonly who: OwnIdentity;
}

/** A file that needs no record: its event is in the journal already. */
interface Done {
  readonly name: string;
  readonly id: string;
  /** Its record tells that nobody can read it, so its bytes are kept. */
  readonly kept: boolean;
}

interface Batch {
  readonly taken: readonly Taken[];
  readonly notes: readonly DraftRecord[];
  readonly done: readonly Done[];
  /** What did not fit into the batch. */
  readonly rest: readonly SpoolEntry[];
}

interface Taken {
  readonly entry: SpoolEntry;
  readonly id: string;
  readonly file: DropFile;
  readonly hmac: string;
  readonly torn: boolean;
}

/** Builds the intake. It remembers what the last listing found, and which foreign files it has already told about. */
export function createIntake(deps: IntakeDeps): Intake {
  const told = new Set<string>();
  // Listing a long queue anew for every batch would cost more than all the stages.
  let listed: readonly SpoolEntry[] = [];
  return {
    pass() {
      const { spool, journal, pipeline, counters } = deps;
      const fresh = listed.length === 0;
      if (fresh) listed = spool.scan();
      const { taken, notes, done, rest } = takeBatch(listed, told, deps);
      listed = rest;
      const losses = spool.losses();
      const now = deps.clock();
      const drafts = [
        ...pipeline.process(taken.map((one) => toInput(one, now))),
        ...notes,
        ...losses.map((mark) => lossRecord(mark, deps)),
      ];
      const journaled = drafts.length === 0 ? [] : journal.append(drafts);
      counters.journaled += journaled.length;
      counters.lost += losses.length;
      removeJournaled(taken, drafts, done, deps);
      spool.removeLosses(losses);
      // A foreign file stays where it is, so its record must stay known.
      const gone = drafts.filter((draft) => !notes.includes(draft));
      if (gone.length > 0 || done.length > 0) journal.settle([...gone, ...done].map(({ id }) => id));
      return { journaled, more: rest.length > 0 || !fresh, foreign: told };
    },
  };
}

function takeBatch(entries: readonly SpoolEntry[], told: Set<string>, deps: IntakeDeps): Batch {
  const nowMillis = Number(deps.clock() / 1_000_000n);
  const taken: Taken[] = [];
  const notes: DraftRecord[] = [];
  const done: Done[] = [];
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    const full = taken.length >= MAX_PASS_FILES || bytes + entry.size > MAX_PASS_BYTES;
    if (full && taken.length > 0) return { taken, notes, done, rest: entries.slice(index) };
    const id = captureId(deps.install.installId, entry);
    if (deps.journal.has(id)) {
      // A crash came between journal and removal.
      const unreadable = deps.journal.typeOf(id) === 'unreadable';
      const kept = unreadable && hasBytes(deps.spool.read(entry, nowMillis));
      done.push({ name: entry.name, id, kept });
      continue;
    }
    const read = deps.spool.read(entry, nowMillis);
    const note = foreignNote(entry, read, told, deps);
    if (note) notes.push(note);
    const file = fileOf(read, entry);
    if (!file) continue;
    deps.counters.received++;
    bytes += entry.size;
    const hmac = sourceHmac(deps.install.secret, file.payload);
    if (read.kind === 'complete' && deps.copies.isCopy(hmac, file.header.installation)) {
      deps.counters.duplicates++;
      done.push({ name: entry.name, id, kept: false });
    } else taken.push({ entry, id, file, hmac, torn: read.kind === 'torn' && read.file === undefined });
  }
  return { taken, notes, done, rest: [] };
}

/** Complete files and old ones without their trailer; of a torn header only the bytes are left. */
function fileOf(read: SpoolRead, entry: SpoolEntry): DropFile | undefined {
  if (read.kind === 'complete') return read.file;
  if (read.kind !== 'torn') return undefined;
  const header = { event: 'unknown', installation: 'unknown', name: entry.name, values: {}, refused: {} };
  return read.file ?? { header, payload: Buffer.alloc(0), commit: 'unmarked' };
}

/** Whether there is anything of the event to keep. */
function hasBytes(read: SpoolRead): boolean {
  if (read.kind !== 'torn' && read.kind !== 'complete') return false;
  return read.file === undefined || read.file.payload.length > 0;
}

function toInput({ entry, id, file, hmac }: Taken, now: bigint): PipelineInput {
  const clock = captureClock(entry.mtimeNanos, now);
  const refused = Object.keys(file.header.refused).map((key) => `header.${key}`);
  return {
    argument: file.header.event,
    payload: file.payload,
    capture: {
      id,
      timestamp: formatNanos(entry.mtimeNanos),
      installation: file.header.installation,
      header: file.header.values,
      audit: {
        commit: file.commit,
        source_hmac: hmac,
        source_bytes: file.payload.length,
        ...(clock && { clock }),
        ...(refused.length > 0 ? { cut: refused } : {}),
      },
    },
  };
}

/** Unreadable payloads keep their raw bytes in the quarantine; all else is now in the journal. */
function removeJournaled(
  taken: readonly Taken[],
  drafts: readonly DraftRecord[],
  done: readonly Done[],
  { spool }: IntakeDeps,
): void {
  const unreadable = new Set(
    drafts.filter((draft) => draft.event_type === 'unreadable').map((draft) => draft.id),
  );
  const { kept = [], gone = [] } = Object.groupBy(taken, ({ id, file, torn }) =>
    unreadable.has(id) && (torn || file.payload.length > 0) ? 'kept' : 'gone',
  );
  const journaledBefore = Object.groupBy(done, ({ kept }) => (kept ? 'kept' : 'gone'));
  for (const { entry } of kept) spool.quarantine(entry.name);
  for (const { name } of journaledBefore.kept ?? []) spool.quarantine(name);
  spool.remove([
    ...(journaledBefore.gone ?? []).map(({ name }) => name),
    ...gone.map(({ entry }) => entry.name),
  ]);
}

function foreignNote(
  entry: SpoolEntry,
  read: SpoolRead,
  told: Set<string>,
  deps: IntakeDeps,
): DraftRecord | undefined {
  if (read.kind !== 'foreign' || told.has(entry.name)) return undefined;
  told.add(entry.name);
  deps.counters.foreign++;
  const options = {
    level: 'ERROR',
    id: foreignId(captureId(deps.install.installId, entry)),
    atNanos: deps.clock(),
  } as const;
  return ownRecord('foreign_file', { why: read.why, file: entry.name.slice(0, 128) }, deps.who, options);
}

function lossRecord({ why, name, mtimeNanos }: LossMark, { who }: IntakeDeps): DraftRecord {
  const options = { level: 'ERROR', id: lossId(why, name), atNanos: mtimeNanos } as const;
  return ownRecord('loss', { why, capture: name.slice(0, 128) }, who, options);
}

function lossId(why: string, name: string): string {
  return `loss-${why}-${name}`.slice(0, 200);
}

const FOREIGN = 'foreign-';

function foreignId(captured: string): string {
  return `${FOREIGN}${captured}`;
}

/** Tells of an id whether what lies in the spool now has it, or will have it, in the journal. */
export function isSpooledIn(spool: Spool, installId: string): (id: string) => boolean {
  const captured = new Set(spool.scan().map((entry) => captureId(installId, entry)));
  const lost = new Set(spool.losses().map(({ why, name }) => lossId(why, name)));
  return (id) =>
    captured.has(id) || lost.has(id) || (id.startsWith(FOREIGN) && captured.has(id.slice(FOREIGN.length)));
}
