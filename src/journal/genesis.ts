/**
 * The genesis record, number 1 of every epoch. Its `action_details` say why the epoch began and what was known of the
 * stream before it: `{kind: 'genesis', reason, prev_stream?, prev_seq?, prev_leaf?}`. So losing the journal's state is
 * visible for ever, and cutting the end off an earlier epoch is too.
 */
import type { Claim } from './marks.ts';
import type { ActionDetails, AtelRecord } from './record.ts';

/**
 * `first_start` nothing was there · `journal_missing` a mark names a stream that is gone · `journal_cut` the journal
 * ends before a mark · `head_missing` records but no head · `install_changed` the journal is another install's
 */
export type GenesisReason =
  | 'first_start'
  | 'journal_missing'
  | 'journal_cut'
  | 'head_missing'
  | 'install_changed';

/** Any reason of ours, now or later, and nothing that a terminal would act on. */
const REASON = /^[a-z_]{1,40}$/;

/** The details of a genesis record. */
export function genesisDetails(reason: GenesisReason, previous: Claim | undefined): ActionDetails {
  return {
    kind: 'genesis',
    reason,
    ...(previous && { prev_stream: previous.stream, prev_seq: previous.seq, prev_leaf: previous.leaf }),
  };
}

/** What a genesis record says: why the epoch began, and the last known record before it. */
export interface Genesis {
  readonly reason: string;
  readonly previous?: Claim;
}

/** What a genesis record says, `undefined` when the record is none. */
export function readGenesis(record: AtelRecord): Genesis | undefined {
  const { kind, reason, prev_stream: stream, prev_seq: seq, prev_leaf: leaf } = record.action_details ?? {};
  if (kind !== 'genesis' || typeof reason !== 'string' || !REASON.test(reason)) return undefined;
  if (stream === undefined) return { reason };
  if (typeof stream !== 'string' || typeof seq !== 'number' || typeof leaf !== 'string') return undefined;
  return { reason, previous: { stream, seq, leaf } };
}
