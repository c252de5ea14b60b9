/**
 * One way to read records, whatever holds them. The three sources answer the same filter with the same records, byte
 * for byte, in journal order: per install by (epoch, sequence number); where a store holds several installs, their
 * orders are merged by time of capture. Byte-identical copies, which every at-least-once hop may make, count once.
 */
import type { AtelRecord } from '../journal/record.ts';

export const SOURCE_NAMES = ['journal', 'backup', 'loki'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** A record and the very line it was read from, without its newline. */
export interface SourceRecord {
  readonly line: string;
  readonly record: AtelRecord;
}

/** All that is given must hold. */
export interface RecordFilter {
  /** Captured at this moment or later, in nanoseconds since the epoch. */
  readonly since?: bigint | undefined;
  /** Captured before this moment. */
  readonly until?: bigint | undefined;
  /** A session id or the beginning of one. */
  readonly session?: string | undefined;
  /** A project's name or its path. */
  readonly project?: string | undefined;
  readonly tool?: string | undefined;
  /** An `event_type` (`file_read`) or a hook's name (`PreToolUse`). */
  readonly event?: string | undefined;
}

export interface RecordSource {
  readonly name: SourceName;
  /** Where it reads, for messages: a directory or an address. */
  readonly where: string;
  /** Everything that matches, in journal order. */
  records(filter: RecordFilter, signal?: AbortSignal): AsyncIterable<SourceRecord>;
  /** The same as it stands there: in any order, with copies; it takes no memory to put them in order. */
  stored(filter: RecordFilter, signal?: AbortSignal): AsyncIterable<SourceRecord>;
  /** The newest `count` that match, oldest first. */
  recent(filter: RecordFilter, count: number): Promise<readonly SourceRecord[]>;
  /** What matches of that which arrives from this call on, until `signal` aborts. */
  follow(filter: RecordFilter, signal: AbortSignal): AsyncIterable<SourceRecord>;
}

/** Takes notes for the reader of the results: what was skipped, and where. */
export type Note = (text: string) => void;

/** Keeps the last `count` of a sequence. */
export async function lastOf(
  records: AsyncIterable<SourceRecord> | Iterable<SourceRecord>,
  count: number,
): Promise<readonly SourceRecord[]> {
  let kept: SourceRecord[] = [];
  for await (const record of records) {
    kept.push(record);
    // Cut rarely, so that a long sequence costs no copy per element.
    if (kept.length >= 2 * count + 1024) kept = kept.slice(-count);
  }
  return count > 0 ? kept.slice(-count) : [];
}
