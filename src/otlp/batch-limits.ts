/**
 * How much the next request holds. Full batches, until a server refuses one as a whole; then the search for what it
 * cannot take. The run of `window` records behind the cursor is known to hold it: send its first half. Accepted, the
 * rest is the new window; refused, the half is. So twelve requests find one record among 512.
 *
 * When every record of the window was accepted in the end, sheer size was to blame (a Collector says 400 for that,
 * too, measured), and later batches keep to the largest that was accepted.
 */
/** At most so many records, of at most so many bytes of lines. */
export interface BatchSize {
  readonly records: number;
  readonly bytes: number;
}

export interface BatchLimits {
  next(): BatchSize;
  /** Records of so many bytes have left, as far as the server takes any. */
  accepted(records: number, bytes: number): void;
  /** A batch of more than one record was refused as a whole. */
  refused(records: number): void;
  /** The single refused record is out of the way. */
  setAside(): void;
  /** True when the server has taken a neighbour of the refused record, so that the record is to blame. */
  neighbourAccepted(): boolean;
}

/** No server's limit is so low; below, a batch was refused for other reasons. */
const MIN_LEARNED_BYTES = 65_536;

export function createBatchLimits(maxRecords: number, maxBytes: number): BatchLimits {
  let bytes = maxBytes;
  let search: { window: number; largestAccepted: number } | undefined;
  return {
    next: () => ({ records: search ? Math.max(1, Math.floor(search.window / 2)) : maxRecords, bytes }),
    accepted(records, size) {
      if (!search) return;
      search.window -= records;
      search.largestAccepted = Math.max(search.largestAccepted, size);
      if (search.window > 0) return;
      bytes = Math.min(bytes, Math.max(search.largestAccepted, MIN_LEARNED_BYTES));
      search = undefined;
    },
    refused(records) {
      search = { window: records, largestAccepted: search?.largestAccepted ?? 0 };
    },
    setAside() {
      search = undefined;
    },
    neighbourAccepted: () => search !== undefined && search.largestAccepted > 0,
  };
}
