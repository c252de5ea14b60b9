/**
 * One numbered hash chain, checked while its records arrive in any order: number 1, 2, 3, …, each naming the leaf of the
 * one before. What it keeps is its end and its gaps, so that a chain in order needs no memory.
 */
import { EMPTY_LEAF } from './canonical.ts';
import { createRanges, type Range, type Ranges } from './ranges.ts';

/** A record of the chain, by its sequence number in the stream (which is not its number in a session's chain). */
export interface Link {
  readonly seq: number;
  readonly leaf: string;
}

/** Numbers not seen yet, with what their neighbours say. */
interface Gap extends Range {
  /** The record in front; `undefined` when its leaf cannot be known. */
  readonly before: Link | undefined;
  /** The record behind, and the leaf that it names. */
  readonly after: Link;
  readonly prev: string;
}

export interface Chain {
  /** The highest number so far. */
  readonly last: number;
  /** In ascending order. */
  readonly gaps: Iterable<Pick<Gap, 'from' | 'to' | 'after'>>;
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
  // Most chains have none, and of sessions' chains there are many.
  let gaps: Ranges<Gap> | undefined;
  let last = 0;
  let end: Link | undefined = { seq: 0, leaf: EMPTY_LEAF };

  const join = (before: Link | undefined, prev: string, after: Link): void => {
    if (before && before.leaf !== prev) onBreak(before.seq === 0 ? undefined : before, after);
  };
  const fill = (gap: Gap, number: number, prev: string, link: Link): void => {
    const rest: Gap[] = [];
    if (number > gap.from) rest.push({ ...gap, to: number - 1, after: link, prev });
    else join(gap.before, prev, link);
    if (number < gap.to) rest.push({ ...gap, from: number + 1, before: link });
    else join(link, gap.prev, gap.after);
    gaps?.replace(gap, rest);
  };
  return {
    get gaps() {
      return gaps ?? [];
    },
    get last() {
      return last;
    },
    add(number, prev, link) {
      if (number <= last) {
        const gap = gaps?.find(number);
        if (!gap) return 'repeated';
        fill(gap, number, prev, link);
        return 'late';
      }
      if (number === last + 1) join(end, prev, link);
      else (gaps ??= createRanges()).push({ from: last + 1, to: number - 1, before: end, after: link, prev });
      last = number;
      end = link;
      return 'next';
    },
    skip(count) {
      if (count === 0) return;
      last += count;
      end = undefined;
    },
  };
}
