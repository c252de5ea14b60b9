/**
 * Leaves by sequence number, 32 bytes each, in chunks so that a forged huge number costs no more than its line. Chunks
 * are cut from slabs, since many small allocations take half as much again; slabs grow, since streams may be small.
 */
const LEAF_BYTES = 32;
const CHUNK_LEAVES = 64;
const CHUNK_BYTES = CHUNK_LEAVES * LEAF_BYTES;
const MAX_SLAB_BYTES = 1_048_576;

export interface LeafStore {
  set(seq: number, leaf: string): void;
  /** `undefined` for a number never set, and for one that had to make room. */
  get(seq: number): string | undefined;
}

/** @param capacity how many of the newest leaves to keep, roughly */
export function createLeafStore(capacity: number): LeafStore {
  const chunks = new Map<number, Buffer>();
  const absent = '00'.repeat(LEAF_BYTES);
  let slab = Buffer.alloc(CHUNK_BYTES);
  let used = 0;
  const cut = (): Buffer => {
    if (used === slab.length) {
      slab = Buffer.alloc(Math.min(2 * slab.length, MAX_SLAB_BYTES));
      used = 0;
    }
    used += CHUNK_BYTES;
    return slab.subarray(used - CHUNK_BYTES, used);
  };
  const makeChunk = (): Buffer => {
    const [oldest] = chunks.size * CHUNK_LEAVES < capacity ? [] : chunks;
    if (!oldest) return cut();
    chunks.delete(oldest[0]);
    return oldest[1].fill(0);
  };
  return {
    set(seq, leaf) {
      const key = Math.floor(seq / CHUNK_LEAVES);
      let chunk = chunks.get(key);
      if (!chunk) {
        chunk = makeChunk();
        chunks.set(key, chunk);
      }
      chunk.write(leaf, (seq % CHUNK_LEAVES) * LEAF_BYTES, 'hex');
    },
    get(seq) {
      const offset = (seq % CHUNK_LEAVES) * LEAF_BYTES;
      const leaf = chunks.get(Math.floor(seq / CHUNK_LEAVES))?.toString('hex', offset, offset + LEAF_BYTES);
      return leaf === absent ? undefined : leaf;
    },
  };
}
