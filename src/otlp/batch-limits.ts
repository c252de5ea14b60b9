/**
 * How much the next request holds. Full batches, until a server refuses one as a whole; then less and less, until the
 * record that it cannot take stands alone.
 *
 * After 400 the run of `window` records behind the cursor is known to hold a bad one: send its first half. Accepted,
 * the rest is the new window; refused, the half is. Twelve requests find one among 512. After 413 the size may be to
 * blame, so that the byte limit is halved and stays there.
 */
export interface BatchLimits {
  next(): { readonly records: number; readonly bytes: number };
  /** `records` left for good, accepted as far as the server takes any. */
  accepted(records: number): void;
  /** A batch of more than one record was refused as a whole. */
  refused(status: 400 | 413, records: number, bytes: number): void;
  /** The single refused record is out of the way. */
  setAside(): void;
  /** True when the server has taken a neighbour of the refused record, so that the record is to blame. */
  neighbourAccepted(): boolean;
}

export function createBatchLimits(maxRecords: number, maxBytes: number): BatchLimits {
  let window = 0;
  let bytes = maxBytes;
  let neighbourAccepted = false;
  return {
    next: () => ({ records: window === 0 ? maxRecords : Math.max(1, Math.floor(window / 2)), bytes }),
    accepted(records) {
      window = Math.max(0, window - records);
      neighbourAccepted = window > 0;
    },
    refused(status, records, refusedBytes) {
      if (status === 413) bytes = Math.max(1, Math.floor(refusedBytes / 2));
      else window = records;
    },
    setAside() {
      window = 0;
      bytes = maxBytes;
      neighbourAccepted = false;
    },
    neighbourAccepted: () => neighbourAccepted,
  };
}
