/**
 * What is left of a purged record: its place in the chains and its leaf, in one line of the very length of the original,
 * so that every byte offset that head, cursor and snapshot name stays true:
 *
 *   {"leaf":…,"prev":…,"seq":…,"session":…,"sprev":…,"sseq":…,"stream":…,"v":"atel/1-purged"}<spaces>
 *
 * Canonical JSON; `leaf` is that of the purged line, `session` stands for the session's id (`sessionKey`), and
 * `session`, `sprev`, `sseq` are absent where the record belonged to none.
 *
 * A line that is gone cannot prove its own `prev`. So a purge is told by records about ourselves, chained like any other,
 * with `action_details`:
 *
 *   {kind: "purge", stream, ranges: [[from, to], …], records, digest, session?, before?, reason?}
 *
 * `ranges` are sequence numbers of `stream`, in order; `digest` is `digestOf` of the leaves of the lines above, without
 * their spaces. What such a record does not cover was not purged by us.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalLine, leafOf, sessionKey } from './canonical.ts';
import type { AtelRecord } from './record.ts';

export const PURGED_VERSION = 'atel/1-purged';
/** More are told by several records, so that each stays below 48 KiB. */
const MAX_RANGES = 1_000;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const number = z.int().min(1);
/** So strict that a name can be printed as it is. */
const stream = z.string().regex(/^[A-Za-z0-9._-]{1,128}\/[A-Za-z0-9._-]{1,64}$/);
const placeShape = { stream, seq: number, prev: hash, leaf: hash };
const purgedSchema = z.union([
  z.strictObject({ v: z.literal(PURGED_VERSION), ...placeShape }),
  z.strictObject({
    v: z.literal(PURGED_VERSION),
    ...placeShape,
    session: z.string().regex(/^[0-9a-f]{32}$/),
    sseq: number,
    sprev: hash,
  }),
]);

const claimSchema = z.object({
  kind: z.literal('purge'),
  stream,
  ranges: z.array(z.tuple([number, number])).min(1),
  digest: hash,
});

/** Where a record stands in the chains, and the leaf that stands for its content. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
  readonly prev: string;
  readonly leaf: string;
  /** In the chain of its session, named by its `sessionKey`. */
  readonly inSession?: { readonly session: string; readonly sseq: number; readonly sprev: string };
}

/** First and last sequence number. */
export type SeqRange = readonly [from: number, to: number];

/** What a chained record says was purged. */
export type PurgeClaim = Pick<z.output<typeof claimSchema>, 'stream' | 'ranges' | 'digest'>;

/** The place of a record whose line has this leaf. */
export function placeOf({ audit, session_id: id }: AtelRecord, leaf: string): Place {
  const { stream, seq, prev, sseq, sprev } = audit;
  const place = { stream, seq, prev, leaf };
  if (id === undefined || sseq === undefined || sprev === undefined) return place;
  return { ...place, inSession: { session: sessionKey(id), sseq, sprev } };
}

/** The line that stands for a purged record, without its spaces. */
export function purgedLine({ inSession, ...place }: Place): string {
  return canonicalLine({ v: PURGED_VERSION, ...place, ...inSession });
}

/** The place that such a line tells, `undefined` when it is none that `purgedLine` made. */
export function readPurged(value: unknown, line: string): Place | undefined {
  const { data } = purgedSchema.safeParse(value);
  if (!data) return undefined;
  const { stream, seq, prev, leaf } = data;
  const chain = 'session' in data && { session: data.session, sseq: data.sseq, sprev: data.sprev };
  const place = { stream, seq, prev, leaf, ...(chain && { inSession: chain }) };
  return purgedLine(place) === line.replace(/ +$/, '') ? place : undefined;
}

/** One hash for several; hex. */
export function digestOf(leaves: Iterable<string>): string {
  const digest = createHash('sha256');
  for (const leaf of leaves) digest.update(leaf, 'hex');
  return digest.digest('hex');
}

/** What purge records have to say of these places, which are in the order of the journal. */
export function claimsOf(places: readonly Place[]): readonly (PurgeClaim & { readonly records: number })[] {
  const byStream = Map.groupBy(places, (place) => place.stream);
  return Array.from(byStream, ([name, own]) => {
    const ranges = rangesOf(own.map(({ seq }) => seq));
    const leaves = new Map(own.map((place) => [place.seq, leafOf(purgedLine(place))]));
    return Array.from({ length: Math.ceil(ranges.length / MAX_RANGES) }, (_, i) => {
      const some = ranges.slice(i * MAX_RANGES, (i + 1) * MAX_RANGES);
      const inside = some.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, k) => leaves.get(from + k) ?? ''),
      );
      return { stream: name, ranges: some, records: inside.length, digest: digestOf(inside) };
    });
  }).flat();
}

/** What a record claims to have been purged, `undefined` when it is no purge record of ours. */
export function readPurgeClaim(record: AtelRecord): PurgeClaim | undefined {
  if (record.hook_event !== 'Audit' || record.session_id !== undefined) return undefined;
  return claimSchema.safeParse(record.action_details).data;
}

/** Ascending numbers as ranges. */
export function rangesOf(numbers: Iterable<number>): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const number of numbers) extendRanges(ranges, number);
  return ranges;
}

/** Adds a number that is behind all of the ranges. */
export function extendRanges(ranges: [from: number, to: number][], number: number): void {
  const last = ranges.at(-1);
  if (last && last[1] + 1 === number) last[1] = number;
  else ranges.push([number, number]);
}
