/** Checks the records of one stream: its chain, its sessions' chains, one record per number. */
import { type Chain, createChain, type Link } from './chain.ts';
import { createLeafStore } from './leaf-store.ts';
import type { Place } from './purged.ts';
import type { ProblemKind, ProblemList, StreamSummary } from './verdict.ts';

/** How far behind a copy may stand to be told from a fork, where records come in order. */
const ORDERED_LEAVES = 65_536;

export interface StreamCheckOptions {
  /** `ordered`: the journal itself, where each record stands once and in its place. */
  readonly mode: 'ordered' | 'unordered';
  /** Whether the records should begin with number 1. */
  readonly whole: boolean;
  readonly problems: ProblemList;
}

export interface StreamCheck {
  /** The highest number so far. */
  readonly last: number;
  add(place: Place): 'new' | 'duplicate';
  /** Takes note of a line that cannot be read and that stands where the next record should. */
  damaged(kind: ProblemKind, detail: string): void;
  /** The leaf of a number, while it is kept. */
  leafAt(seq: number): string | undefined;
  /** Reports what was missing until the end. */
  finish(): StreamSummary;
  /** Reports breaks of the sessions' chains, which are news only where the stream's chain is sound. */
  finishSessions(): void;
}

/** Begins the check of one stream. */
export function createStreamCheck(
  stream: string,
  { mode, whole, problems }: StreamCheckOptions,
): StreamCheck {
  const report = (kind: ProblemKind, from: number, to: number, detail: string): void =>
    problems.add({ kind, stream, from, to, detail });
  const chain = createChain((before, after) => {
    if (before)
      report('edited', before.seq, before.seq, `its hash is not the one that record ${after.seq} names`);
    else report('edited', after.seq, after.seq, 'it is the first but names a record before it');
  });
  const leaves = createLeafStore(mode === 'ordered' ? ORDERED_LEAVES : Infinity);
  const sessions = createSessionChecks(whole, report);
  let damage: { kind: ProblemKind; detail: string; lines: number } | undefined;
  let records = 0;
  let firstSeq = Infinity;

  const placeDamage = (free: number): void => {
    if (!damage) return;
    const { kind, detail, lines } = damage;
    const count = Math.min(lines, free);
    if (count > 0) report(kind, chain.last + 1, chain.last + count, detail);
    else
      problems.add({
        kind,
        stream,
        detail: `${detail}, between records ${chain.last} and ${chain.last + 1}`,
      });
    chain.skip(count);
    damage = undefined;
  };
  return {
    get last() {
      return chain.last;
    },
    add({ seq, prev, leaf, inSession }) {
      placeDamage(Math.max(0, seq - chain.last - 1));
      const end = chain.last;
      const place = chain.add(seq, prev, { seq, leaf });
      if (place === 'repeated') {
        const same = leaves.get(seq) === leaf;
        if (!same) report('fork', seq, seq, 'two different records have this number');
        else if (mode === 'ordered') report('repeated', seq, seq, `it stands again behind record ${end}`);
        return 'duplicate';
      }
      if (place === 'late' && mode === 'ordered')
        report('reordered', seq, seq, `it stands behind record ${end}`);
      leaves.set(seq, leaf);
      if (inSession) sessions.add(inSession.session, inSession.sseq, inSession.sprev, { seq, leaf });
      records += 1;
      firstSeq = Math.min(firstSeq, seq);
      return 'new';
    },
    damaged(kind, detail) {
      if (damage) damage.lines += 1;
      else damage = { kind, detail, lines: 1 };
    },
    leafAt: (seq) => leaves.get(seq),
    finish() {
      placeDamage(Infinity);
      for (const { from, to } of chain.gaps) {
        if (from > 1 || whole)
          report('missing', from, to, to > from ? `${to - from + 1} records` : 'one record');
      }
      return { stream, records, firstSeq, lastSeq: chain.last };
    },
    finishSessions: () => sessions.finish(),
  };
}

type Report = (kind: ProblemKind, from: number, to: number, detail: string) => void;

function createSessionChecks(
  whole: boolean,
  report: Report,
): { add(session: string, sseq: number, sprev: string, link: Link): void; finish(): void } {
  const chains = new Map<string, Chain>();
  const breaks: Link[] = [];
  const note = (_before: Link | undefined, after: Link): void => {
    if (breaks.length < MAX_BREAKS) breaks.push(after);
  };
  return {
    add(session, sseq, sprev, link) {
      let chain = chains.get(session);
      if (!chain) {
        chain = createChain(note);
        chains.set(session, chain);
      }
      if (chain.add(sseq, sprev, link) === 'repeated') note(undefined, link);
    },
    finish() {
      for (const { seq } of breaks)
        report('session', seq, seq, 'it does not follow the record of its session before it');
      for (const chain of chains.values()) {
        for (const { from, after } of chain.gaps) {
          if (from > 1 || whole)
            report('session', after.seq, after.seq, 'records of its session before it are missing');
        }
      }
    },
  };
}

/** How many breaks of session chains are kept to be reported. */
const MAX_BREAKS = 100;
