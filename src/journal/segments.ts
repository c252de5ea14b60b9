/**
 * The journal's directory (0700, files 0600):
 *
 *   <epoch>-<6 digits>.jsonl   segments: one sealed record per line, append only; read in the order of their names
 *   head.json                  the newest record that was fsynced, replaced after every append
 *   cursor.json                the newest record that the sink accepted
 *   sessions.json              where the session chains stood; derived, makes opening fast
 *   torn/<segment>.<offset>    bytes that a crash left behind the last newline of a segment
 *
 * An epoch begins when there is no chain to continue: at the first start, and after a loss. Its name is the moment it
 * began (UTC, milliseconds, `20261122T201421123Z`), so that names sort in time; each is later than all before it.
 */
import { namesIn } from '../platform/files.ts';

const SEGMENT = /^(\d{8}T\d{9}Z)-(\d{6})\.jsonl$/;
const EPOCH = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/;

/** Names of the segments in the order of writing; none when there is no such directory. */
export function listSegments(dir: string): readonly string[] {
  return namesIn(dir)
    .filter((name) => SEGMENT.test(name))
    .toSorted();
}

/** The name of a segment; numbers start at 1. */
export function segmentName(epoch: string, number: number): string {
  return `${epoch}-${String(number).padStart(6, '0')}.jsonl`;
}

/** Epoch and number of a segment's name. */
export function parseSegmentName(name: string): { readonly epoch: string; readonly number: number } {
  const match = SEGMENT.exec(name);
  return { epoch: match?.[1] ?? '', number: Number(match?.[2]) };
}

/** The epoch in a stream's name, `<install id>/<epoch>`. */
export function epochOf(stream: string): string {
  return stream.slice(stream.lastIndexOf('/') + 1);
}

/** Order of two streams in time. */
export function compareEpochs(a: { readonly stream: string }, b: { readonly stream: string }): number {
  const [left, right] = [epochOf(a.stream), epochOf(b.stream)];
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The name of an epoch that begins now, later than all of `known` even when the clock was set back. */
export function epochAfter(known: readonly string[], nowMillis: number): string {
  const latest = Math.max(nowMillis, ...known.map((epoch) => millisOf(epoch) + 1));
  return new Date(latest).toISOString().replace(/[-:.]/g, '');
}

function millisOf(epoch: string): number {
  return EPOCH.test(epoch) ? Date.parse(epoch.replace(EPOCH, '$1-$2-$3T$4:$5:$6.$7Z')) : 0;
}
