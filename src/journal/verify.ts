/**
 * Verification: pure, one pass, line by line. The journal's lines are checked in their order with flat memory (a chain's
 * end per session); lines from a sink may come in any order and twice, at 32 bytes per record. It fails closed: what
 * cannot be read, has no audit block or another version is a problem, never passed over.
 */
import { examine, type Examined, type VerifyLine } from './examine.ts';
import type { Genesis } from './genesis.ts';
import type { Claim } from './marks.ts';
import { createPurgeCheck, type PurgeCheck } from './purge-check.ts';
import { compareEpochs, epochOf } from './segments.ts';
import { createStreamCheck, type StreamCheck } from './stream-check.ts';
import {
  createProblemList,
  type MarkState,
  type Problem,
  type ProblemKind,
  type ProblemList,
  type StreamSummary,
  type Verdict,
} from './verdict.ts';

/** What no local check can see; stays until heads are anchored elsewhere. */
const UNANCHORED = 'unanchored: a rewrite of journal and head together is not detected yet';

export interface VerifierOptions {
  /** `ordered`: the journal's lines; `unordered`: those of a sink. */
  readonly mode: 'ordered' | 'unordered';
  /** Whether the lines should begin with the first record, or are an excerpt of which only the inside is checked. */
  readonly whole: boolean;
  /** Marks read before the first line: what they name must be there. */
  readonly head?: Claim | undefined;
  readonly cursor?: Claim | undefined;
}

export interface Verifier {
  add(line: VerifyLine): void;
  /** The same with a line that was examined elsewhere. */
  take(examined: Examined): void;
  /** @param headNow the head read after the last line, for a journal that is being written to meanwhile */
  finish(headNow?: Claim): Verdict;
}

interface Mark {
  readonly name: string;
  readonly claim: Claim;
  /** What the record with its number has. */
  leaf?: string | undefined;
}

interface Run {
  readonly options: VerifierOptions;
  readonly problems: ProblemList;
  readonly streams: Map<string, StreamCheck>;
  readonly head: Mark | undefined;
  readonly cursor: Mark | undefined;
  /** What genesis records say of the streams before them. */
  readonly links: Mark[];
  /** Streams whose genesis names none before it. */
  readonly roots: string[];
  readonly notes: string[];
  readonly purges: PurgeCheck;
}

/** Begins a verification. */
export function createVerifier(options: VerifierOptions): Verifier {
  const run: Run = {
    options,
    problems: createProblemList(),
    streams: new Map(),
    head: options.head && { name: 'the head', claim: options.head },
    cursor: options.cursor && { name: 'the export cursor', claim: options.cursor },
    links: [],
    roots: [],
    notes: [],
    purges: createPurgeCheck(),
  };
  let duplicates = 0;
  let current: StreamCheck | undefined;
  let torn: string | undefined;

  const damaged = (kind: ProblemKind, detail: string): void => {
    if (current && options.mode === 'ordered') current.damaged(kind, detail);
    else run.problems.add({ kind, detail });
  };
  const take = (line: Examined): void => {
    if (torn !== undefined) damaged('unreadable', `${torn}the end of the line is missing`);
    torn = line.kind === 'torn' ? line.where : undefined;
    if (line.kind === 'torn') return;
    if (line.kind !== 'record' && line.kind !== 'purged')
      return damaged(line.kind, `${line.where}${line.why}`);
    const { place } = line;
    const { stream, seq, leaf } = place;
    current = run.streams.get(stream);
    if (!current) {
      current = createStreamCheck(stream, { ...options, problems: run.problems });
      run.streams.set(stream, current);
    }
    if (current.add(place) === 'duplicate') duplicates += 1;
    else {
      if (seq === 1) takeGenesis(run, stream, line.kind === 'record' ? line.genesis : undefined);
      if (line.kind === 'purged') run.purges.purged(place);
      else if (line.purge) run.purges.told(line.purge, seq);
    }
    for (const mark of [run.head, run.cursor]) {
      if (mark?.claim.seq === seq && mark.claim.stream === stream) mark.leaf = leaf;
    }
  };
  return {
    add: (line) => take(examine(line)),
    take,
    finish(headNow) {
      if (torn !== undefined)
        run.notes.push(`${torn}half a line at the end: an append was interrupted or is under way`);
      return conclude(run, duplicates, headNow);
    },
  };
}

function takeGenesis(run: Run, stream: string, genesis: Genesis | undefined): void {
  if (!genesis) {
    const detail = 'it begins the epoch but is no genesis record';
    run.problems.add({ kind: 'genesis', stream, from: 1, to: 1, detail });
    return;
  }
  if (genesis.previous) run.links.push({ name: `the genesis of ${stream}`, claim: genesis.previous });
  else run.roots.push(stream);
  if (genesis.reason !== 'first_start') run.notes.push(`${stream} began anew: ${genesis.reason}`);
}

function conclude(run: Run, duplicates: number, headNow: Claim | undefined): Verdict {
  const { options, problems, streams, head, cursor, notes } = run;
  // A sink may bring the streams in any order.
  const summaries = [...streams.values()].map((stream) => stream.finish()).toSorted(compareEpochs);
  const records = summaries.reduce((sum, stream) => sum + stream.records, 0);
  checkMarks(run);
  checkRoots(run);
  // A sink has the records, or never got them.
  if (options.mode === 'ordered') notes.push(...run.purges.finish(problems));
  if (options.mode === 'ordered' && !head && records > 0)
    problems.add({
      kind: 'no_head',
      detail: 'head.json is missing or unreadable: a cut end would not be seen',
    });
  if (problems.count === 0) for (const stream of streams.values()) stream.finishSessions();
  const newest = summaries.at(-1);
  const headState = stateOf(run, head, newest, headNow);
  if (headState === 'behind' && newest)
    notes.push(
      `record ${newest.lastSeq} is behind the head: an append was interrupted, or somebody else wrote`,
    );
  return {
    verdict: verdictOf(options, problems, records),
    records,
    streams: summaries,
    duplicates,
    problemCount: problems.count,
    problemKinds: problems.kinds,
    problems: problems.listed.toSorted(byPlace),
    head: headState,
    cursor: stateOf(run, cursor, newest),
    notes: [...notes, UNANCHORED],
  };
}

/** Compares what the marks claim with what was there; of several that a stream does not reach, the furthest counts. */
function checkMarks({ options, problems, streams, head, cursor, links }: Run): void {
  const unreached = new Map<string, Mark>();
  for (const mark of [head, cursor, ...links]) {
    if (!mark) continue;
    const { stream, seq, leaf } = mark.claim;
    const check = streams.get(stream);
    if (seq > (check?.last ?? 0)) {
      // An excerpt need not reach back to the epoch before.
      if (!check && !options.whole && links.includes(mark)) continue;
      if (seq > (unreached.get(stream)?.claim.seq ?? 0)) unreached.set(stream, mark);
      continue;
    }
    const found = mark.leaf ?? check?.leafAt(seq);
    if (found !== undefined && found !== leaf) {
      const detail = `its hash is not the one that ${mark.name} names`;
      problems.add({ kind: 'edited', stream, from: seq, to: seq, detail });
    }
  }
  for (const [stream, { name, claim }] of unreached) {
    const from = (streams.get(stream)?.last ?? 0) + 1;
    const detail = `${name} stands at ${claim.seq}`;
    problems.add({ kind: 'cut', stream, from, to: claim.seq, detail });
  }
}

/** One install has one first start: a second one means that its state was lost, with nothing to show for it. */
function checkRoots({ problems, roots }: Run): void {
  const seen = new Map<string, string>();
  for (const stream of roots.toSorted()) {
    const install = stream.slice(0, stream.lastIndexOf('/'));
    const other = seen.get(install);
    const detail = `it begins as if ${other} did not exist`;
    if (other !== undefined) problems.add({ kind: 'unlinked', stream, from: 1, to: 1, detail });
    else seen.set(install, stream);
  }
}

function stateOf({ streams }: Run, mark: Mark | undefined, newest?: StreamSummary, later?: Claim): MarkState {
  if (!mark) return 'absent';
  const { stream, seq, leaf } = mark.claim;
  if (mark.leaf !== undefined && mark.leaf !== leaf) return 'differs';
  if (seq > (streams.get(stream)?.last ?? 0)) return 'ahead';
  return [mark.claim, later].some((claim) => claim && newest && reaches(claim, newest)) ? 'ok' : 'behind';
}

function reaches(claim: Claim, { stream, lastSeq }: StreamSummary): boolean {
  return claim.stream === stream ? claim.seq >= lastSeq : epochOf(claim.stream) > epochOf(stream);
}

/** A sink may lack what has not arrived yet; from the journal nothing goes missing by itself. */
function verdictOf({ mode }: VerifierOptions, problems: ProblemList, records: number): Verdict['verdict'] {
  if (problems.count === 0) return records === 0 ? 'empty' : 'intact';
  const harmless: readonly ProblemKind[] = mode === 'ordered' ? ['no_head'] : ['missing', 'cut'];
  const ofThese = harmless.reduce((sum, kind) => sum + (problems.kinds[kind] ?? 0), 0);
  return ofThese === problems.count ? 'incomplete' : 'tampered';
}

function byPlace(a: Problem, b: Problem): number {
  if (a.stream !== b.stream) return (a.stream ?? '') < (b.stream ?? '') ? -1 : 1;
  return (a.from ?? 0) - (b.from ?? 0);
}
