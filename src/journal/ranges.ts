/**
 * Ranges that do not touch, in ascending order, to be looked up, split and filled. In blocks, since in one array each
 * change would move all that stands behind it: half a million numbers in random order took a minute.
 */

/** How many ranges a block holds at most. */
const MAX_BLOCK = 512;

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Ranges<T extends Range> extends Iterable<T> {
  /** The range that holds the number. */
  find(number: number): T | undefined;
  /** Adds one behind all others. */
  push(range: T): void;
  /** Puts others in the place of one that is there, which must lie within it. */
  replace(range: T, others: readonly T[]): void;
}

/** None so far. */
export function createRanges<T extends Range>(): Ranges<T> {
  const blocks: T[][] = [];
  const blockOf = (number: number): number => indexOf(blocks, (block) => (block.at(-1)?.to ?? 0) >= number);
  return {
    *[Symbol.iterator]() {
      for (const block of blocks) yield* block;
    },
    find(number) {
      const block = blocks[blockOf(number)] ?? [];
      const range = block[indexOf(block, ({ to }) => to >= number)];
      return range && range.from <= number ? range : undefined;
    },
    push(range) {
      const last = blocks.at(-1);
      if (last && last.length < MAX_BLOCK) last.push(range);
      else blocks.push([range]);
    },
    replace(range, others) {
      const nr = blockOf(range.to);
      const block = blocks[nr] ?? [];
      block.splice(block.indexOf(range), 1, ...others);
      if (block.length === 0) blocks.splice(nr, 1);
      else if (block.length > MAX_BLOCK)
        blocks.splice(nr, 1, block.slice(0, MAX_BLOCK / 2), block.slice(MAX_BLOCK / 2));
    },
  };
}

/** Index of the first item that is far enough, where all behind it are too. */
function indexOf<T>(items: readonly T[], isFar: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && isFar(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
