/** Checks that what was purged was purged by us: each such place stands in a chained record that tells of it. */
import { plural } from '../platform/plural.ts';
import { leafOf } from './canonical.ts';
import { createLeafStore, type LeafStore } from './leaf-store.ts';
import { digestOf, extendRanges, type Place, type PurgeClaim, purgedLine, type SeqRange } from './purged.ts';
import type { ProblemList } from './verdict.ts';

export interface PurgeCheck {
  /** Takes a purged place, in the order of the journal. */
  purged(place: Place): void;
  /** Takes what record `by` tells of a purge. */
  told(claim: PurgeClaim, by: number): void;
  /** Reports what nobody explains. @returns notes for the verdict */
  finish(problems: ProblemList): readonly string[];
}

interface StreamPurges {
  /** Leaves of the lines that stand for purged records. */
  readonly leaves: LeafStore;
  readonly ranges: [from: number, to: number][];
  readonly explained: SeqRange[];
}

/** Nothing purged so far; keeps 32 bytes for each record that was. */
export function createPurgeCheck(): PurgeCheck {
  const streams = new Map<string, StreamPurges>();
  const claims: { readonly claim: PurgeClaim; readonly by: number }[] = [];
  let count = 0;
  return {
    purged(place) {
      const { stream, seq } = place;
      const own = streams.get(stream) ?? { leaves: createLeafStore(Infinity), ranges: [], explained: [] };
      streams.set(stream, own);
      own.leaves.set(seq, leafOf(purgedLine(place)));
      extendRanges(own.ranges, seq);
      count += 1;
    },
    told(claim, by) {
      claims.push({ claim, by });
    },
    finish(problems) {
      const notes =
        count === 0
          ? []
          : [`${plural(count, 'record was', 'records were')} purged: only hashes are left of them`];
      for (const { claim, by } of claims) {
        const { stream, ranges, digest } = claim;
        const own = streams.get(stream);
        const found = own && digestIn(own.leaves, ranges);
        if (found === undefined)
          notes.push(`the purge that record ${by} tells of is not finished: run it again`);
        else if (found !== digest) {
          const [from = 1, to = 1] = [ranges[0]?.[0], ranges.at(-1)?.[1]];
          const detail = `what is left there is not what purge record ${by} names`;
          problems.add({ kind: 'purged_unexplained', stream, from, to, detail });
        }
        own?.explained.push(...ranges);
      }
      for (const [stream, { ranges, explained }] of streams) {
        for (const [from, to] of subtract(ranges, explained)) {
          const detail = 'the content is gone and no record tells of a purge';
          problems.add({ kind: 'purged_unexplained', stream, from, to, detail });
        }
      }
      return notes;
    },
  };
}

/** Of all leaves there; `undefined` as soon as one is not, so that a forged range costs no more than its line. */
function digestIn(store: LeafStore, ranges: readonly SeqRange[]): string | undefined {
  let whole = true;
  function* leaves(): Generator<string> {
    for (const [from, to] of ranges) {
      for (let seq = from; seq <= to; seq++) {
        const leaf = store.get(seq);
        whole = leaf !== undefined;
        if (leaf === undefined) return;
        yield leaf;
      }
    }
  }
  const digest = digestOf(leaves());
  return whole ? digest : undefined;
}

/** What of `ranges` no range of `others` covers; in one go, since a purge may leave a range for each of its records. */
function subtract(ranges: readonly SeqRange[], others: readonly SeqRange[]): readonly SeqRange[] {
  const covers = others.toSorted(byStart);
  const rest: SeqRange[] = [];
  let at = 0;
  // How far those before `at` reach.
  let covered = 0;
  for (const [from, to] of ranges.toSorted(byStart)) {
    let next = Math.max(from, covered + 1);
    for (let cover = covers[at]; cover && cover[0] <= to; cover = covers[++at]) {
      if (cover[0] > next) rest.push([next, cover[0] - 1]);
      covered = Math.max(covered, cover[1]);
      next = Math.max(next, covered + 1);
    }
    if (next <= to) rest.push([next, to]);
  }
  return rest;
}

function byStart(a: SeqRange, b: SeqRange): number {
  return a[0] - b[0];
}
