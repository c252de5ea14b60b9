/** Leaves by sequence number, 32 bytes each, in chunks so that a forged huge number costs no more than its line. */
const LEAF_BYTES = 32;
const CHUNK_LEAVES = 64;

export interface LeafStore {
  set(seq: number, leaf: string): void;
  /** `undefined` for a number never set, and for one that had to make room. */
  get(seq: number): string | undefined;
}

/** @param capacity how many of the newest leaves to keep, roughly */
export function createLeafStore(capacity: number): LeafStore {
  const chunks = new Map<number, Buffer>();
  const absent = '00'.repeat(LEAF_BYTES);
  return {
    set(seq, leaf) {
      const key = Math.floor(seq / CHUNK_LEAVES);
      let chunk = chunks.get(key);
      if (!chunk) {
        chunk = Buffer.alloc(CHUNK_LEAVES * LEAF_BYTES);
        chunks.set(key, chunk);
        const oldest = chunks.keys().next().value;
        if (chunks.size * CHUNK_LEAVES > capacity && oldest !== undefined) chunks.delete(oldest);
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
