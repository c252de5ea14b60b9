/** What a verification says. */

export type ProblemKind =
  /** Its bytes are not those the next record, the head or the cursor names. */
  | 'edited'
  | 'missing'
  /** It stands behind a later record, in a file that is only appended to. */
  | 'reordered'
  /** It stands twice in a file that is only appended to. */
  | 'repeated'
  /** The records end before a mark that was set behind them. */
  | 'cut'
  /** One number, two records. */
  | 'fork'
  /** The epoch does not begin with a genesis record. */
  | 'genesis'
  /** Two epochs of one install know nothing of each other. */
  | 'unlinked'
  /** The session's chain is broken where the stream's is not. */
  | 'session'
  /** Its content is gone, and no chained purge record tells of that, or of this very place. */
  | 'purged_unexplained'
  | 'unreadable'
  | 'unknown_version'
  /** There is no head, so nobody can tell whether the end was cut off. */
  | 'no_head';

export interface Problem {
  readonly kind: ProblemKind;
  readonly stream?: string;
  /** First and last sequence number concerned. */
  readonly from?: number;
  readonly to?: number;
  readonly detail: string;
}

export interface StreamSummary {
  readonly stream: string;
  readonly records: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * `ok` the records reach it · `behind` there are records behind it · `ahead` they end before it · `differs` another
 * record has its number · `absent` there is none
 */
export type MarkState = 'ok' | 'behind' | 'ahead' | 'differs' | 'absent';

export interface Verdict {
  readonly verdict: 'intact' | 'tampered' | 'incomplete' | 'empty';
  readonly records: number;
  readonly streams: readonly StreamSummary[];
  /** Byte-identical copies, which every at-least-once hop may make. */
  readonly duplicates: number;
  readonly problemCount: number;
  /** How many there are of each kind that occurs. */
  readonly problemKinds: ProblemKinds;
  /** The first of each kind, at most `MAX_LISTED`. */
  readonly problems: readonly Problem[];
  readonly head: MarkState;
  readonly cursor: MarkState;
  /** What the verdict does not cover, and what is worth knowing though nothing is wrong. */
  readonly notes: readonly string[];
}

export type ProblemKinds = Readonly<Partial<Record<ProblemKind, number>>>;

/** How many problems of a kind are listed; all are counted. A million of one kind must not hide the one of another. */
const MAX_LISTED = 20;

/** Collects problems, each that is listed only once. */
export interface ProblemList {
  readonly count: number;
  readonly kinds: ProblemKinds;
  readonly listed: readonly Problem[];
  add(problem: Problem): void;
}

/** An empty list. */
export function createProblemList(): ProblemList {
  const listed = new Map<string, Problem>();
  const kinds: Partial<Record<ProblemKind, number>> = {};
  let count = 0;
  return {
    kinds,
    get count() {
      return count;
    },
    get listed() {
      return [...listed.values()];
    },
    add(problem) {
      const { kind, stream, from, to } = problem;
      const key = from === undefined ? `${kind} ${count}` : `${kind} ${stream} ${from} ${to}`;
      if (listed.has(key)) return;
      const before = kinds[kind] ?? 0;
      if (before < MAX_LISTED) listed.set(key, problem);
      kinds[kind] = before + 1;
      count += 1;
    },
  };
}
