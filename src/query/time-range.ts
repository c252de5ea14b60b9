/** Splitting and paging of time ranges, in nanoseconds since the epoch; `end` is not part of a range. */

export interface TimeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Consecutive ranges of at most `longest`, oldest first, that cover `range` and nothing else. */
export function splitRange({ start, end }: TimeRange, longest: bigint): readonly TimeRange[] {
  const ranges: TimeRange[] = [];
  for (let from = start; from < end; from += longest) {
    ranges.push({ start: from, end: from + longest < end ? from + longest : end });
  }
  return ranges;
}

/** One entry of a page: what makes it the same entry when it comes again. */
export interface PageEntry {
  readonly nanos: bigint;
  readonly key: string;
}

export type PageVerdict<E> =
  | { readonly kind: 'done'; readonly fresh: readonly E[] }
  /** `next` is the time of the newest entry, since more may stand at that very nanosecond; `seen` are those that came. */
  | {
      readonly kind: 'more';
      readonly fresh: readonly E[];
      readonly next: bigint;
      readonly seen: ReadonlySet<string>;
    }
  /** More entries share one nanosecond than a page holds: they cannot be told apart by time. */
  | { readonly kind: 'stuck'; readonly at: bigint };

/**
 * Reads one page of a forward query that began at `start`.
 * @param page in order of time; full when it has `limit` entries
 * @param seen the keys at `start` that pages before brought
 */
export function readPage<E extends PageEntry>(
  page: readonly E[],
  start: bigint,
  limit: number,
  seen: ReadonlySet<string>,
): PageVerdict<E> {
  const fresh = page.filter((entry) => entry.nanos !== start || !seen.has(entry.key));
  const newest = page.at(-1)?.nanos;
  if (newest === undefined || page.length < limit) return { kind: 'done', fresh };
  if (newest === start) return { kind: 'stuck', at: start };
  const atNewest = page.filter((entry) => entry.nanos === newest).map((entry) => entry.key);
  return { kind: 'more', fresh, next: newest, seen: new Set(atNewest) };
}
