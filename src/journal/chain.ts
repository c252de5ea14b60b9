/**
 * One numbered hash chain, checked while its records arrive in any order: number 1, 2, 3, …, each naming the leaf of the
 * one before. What it keeps is its end and its gaps, so that a chain in order needs no memory.
 */
import { EMPTY_LEAF } from './canonical.ts';

/** A record of the chain, by its sequence number in the stream (which is not its number in a session's chain). */
export interface Link {
  readonly seq: number;
  readonly leaf: string;
}

/** Numbers not seen yet, with what their neighbours say. */
interface Gap {
  readonly from: number;
  readonly to: number;
  /** The record in front; `undefined` when its leaf cannot be known. */
  readonly before: Link | undefined;
  /** The record behind, and the leaf that it names. */
  readonly after: Link;
  readonly prev: string;
}

export interface Chain {
  /** The highest number so far. */
  readonly last: number;
  readonly gaps: readonly Pick<Gap, 'from' | 'to' | 'after'>[];
  /** @returns `late` when a higher number came before, `repeated` when this very number did (it is then ignored) */
  add(number: number, prev: string, link: Link): 'next' | 'late' | 'repeated';
  /** Counts the next `count` numbers as seen, with unknown leaves. */
  skip(count: number): void;
}

/**
 * An empty chain.
 * @param onBreak called with two neighbours when the second names another leaf than the first has; without a first
 * when the second does not begin the chain
 */
export function createChain(onBreak: (before: Link | undefined, after: Link) => void): Chain {
  const gaps: Gap[] = [];
  let last = 0;
  let end: Link | undefined = { seq: 0, leaf: EMPTY_LEAF };

  const join = (before: Link | undefined, prev: string, after: Link): void => {
    if (before && before.leaf !== prev) onBreak(before.seq === 0 ? undefined : before, after);
  };
  const fill = (
    index: number,
    { from, to, before, after, prev: next }: Gap,
    own: [number, string, Link],
  ): void => {
    const [number, prev, link] = own;
    const rest: Gap[] = [];
    if (number > from) rest.push({ from, to: number - 1, before, after: link, prev });
    else join(before, prev, link);
    if (number < to) rest.push({ from: number + 1, to, before: link, after, prev: next });
    else join(link, next, after);
    gaps.splice(index, 1, ...rest);
  };
  return {
    gaps,
    get last() {
      return last;
    },
    add(number, prev, link) {
      if (number <= last) {
        const index = indexOfGap(gaps, number);
        const gap = gaps[index];
        if (!gap) return 'repeated';
        fill(index, gap, [number, prev, link]);
        return 'late';
      }
      if (number === last + 1) join(end, prev, link);
      else gaps.push({ from: last + 1, to: number - 1, before: end, after: link, prev });
      last = number;
      end = link;
      return 'next';
    },
    skip(count) {
      last += count;
      end = undefined;
    },
  };
}

/** Index of the gap that holds the number, or -1. The gaps are in order; late records mostly belong to the last ones. */
function indexOfGap(gaps: readonly Gap[], number: number): number {
  let [low, high] = [0, gaps.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const gap = gaps[middle];
    if (!gap) return -1;
    if (number < gap.from) high = middle - 1;
    else if (number > gap.to) low = middle + 1;
    else return middle;
  }
  return -1;
}
