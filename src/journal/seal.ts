/** Gives drafts their place in the chains. Pure: nothing changes until the caller has the lines on disk. */
import { canonicalLine, EMPTY_LEAF, leafOf, sessionKey } from './canonical.ts';
import type { DraftRecord, SealedRecord } from './record.ts';

/** The newest record of a session: its number within the session and its leaf. */
export interface SessionLink {
  readonly sseq: number;
  readonly leaf: string;
}

/** Where the chains of a stream stand. */
export interface ChainState {
  readonly stream: string;
  readonly seq: number;
  readonly leaf: string;
  /** By `sessionKey`. */
  readonly sessions: ReadonlyMap<string, SessionLink>;
}

export interface SealedBatch {
  readonly sealed: readonly SealedRecord[];
  readonly seq: number;
  readonly leaf: string;
  /** Sessions that moved on, by `sessionKey`. */
  readonly sessions: ReadonlyMap<string, SessionLink>;
}

/**
 * Seals drafts in their order.
 * @param received RFC 3339 with nanoseconds
 */
export function seal(drafts: Iterable<DraftRecord>, state: ChainState, received: string): SealedBatch {
  const sessions = new Map<string, SessionLink>();
  const sealed: SealedRecord[] = [];
  let { seq, leaf } = state;
  for (const draft of drafts) {
    const session = draft.session_id === undefined ? undefined : sessionKey(draft.session_id);
    const before =
      session === undefined ? undefined : (sessions.get(session) ?? state.sessions.get(session) ?? NO_RECORD);
    seq += 1;
    const record = {
      ...draft,
      audit: {
        ...draft.audit,
        stream: state.stream,
        seq,
        prev: leaf,
        ...(before && { sseq: before.sseq + 1, sprev: before.leaf }),
        received,
      },
    };
    const line = canonicalLine(record);
    leaf = leafOf(line);
    if (session !== undefined && before) sessions.set(session, { sseq: before.sseq + 1, leaf });
    sealed.push({ line, record, leaf });
  }
  return { sealed, seq, leaf, sessions };
}

const NO_RECORD: SessionLink = { sseq: 0, leaf: EMPTY_LEAF };
