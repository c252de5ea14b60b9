/**
 * Where the chains stood at one record, so that opening reads only what came after it. Derived from the journal:
 * without it, or with one that does not fit, opening reads everything.
 *
 *   sessions.json   {stream, seq, leaf, segment, offset, next, chains: [[session key, sseq, leaf], …],
 *                  unsettled: [[id, event type], …]}
 *
 * `offset` and `next` are the bounds of that record's line; session keys are those of `sessionKey`; `unsettled` are
 * the records, up to it, of events whose spool files may still be there.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { errnoOf } from '../platform/errors.ts';
import { readAt, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { parseJson } from '../platform/json.ts';
import { leafOf } from './canonical.ts';
import { MAX_LINE_BYTES } from './line-bytes.ts';
import type { LinePosition } from './reader.ts';
import type { ChainState } from './seal.ts';

/** How much journal may come after a snapshot before a new one is taken. */
export const SNAPSHOT_BYTES = 8_388_608;

const schema = z.strictObject({
  stream: z.string(),
  seq: z.int().min(1),
  leaf: z.string(),
  segment: z.string(),
  offset: z.int().min(0),
  next: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
  chains: z.array(z.tuple([z.string(), z.int().min(1), z.string()])),
  unsettled: z.array(z.tuple([z.string(), z.string()])),
});

export interface Snapshot extends ChainState {
  readonly position: LinePosition;
  /** Event types by id. */
  readonly unsettled: ReadonlyMap<string, string>;
}

/** Replaces the snapshot. */
export function writeSnapshot(dir: string, snapshot: Snapshot): void {
  const { stream, seq, leaf, sessions, position, unsettled } = snapshot;
  const rows = Array.from(sessions, ([id, link]) => [id, link.sseq, link.leaf]);
  writeAtomic(
    pathIn(dir),
    `${JSON.stringify({ stream, seq, leaf, ...position, chains: rows, unsettled: [...unsettled] })}\n`,
  );
}

/** The snapshot, if there is one and the journal has that very record at that place. */
export function readSnapshot(dir: string): Snapshot | undefined {
  const { data } = schema.safeParse(parseJson(readTextIfExists(pathIn(dir)) ?? ''));
  if (!data) return undefined;
  const { stream, seq, leaf, segment, offset, next } = data;
  const position = { segment, offset, next };
  if (leafAt(dir, position) !== leaf) return undefined;
  const sessions = new Map(data.chains.map(([id, sseq, leaf]) => [id, { sseq, leaf }]));
  return { stream, seq, leaf, sessions, position, unsettled: new Map(data.unsettled) };
}

function pathIn(dir: string): string {
  return join(dir, 'sessions.json');
}

function leafAt(dir: string, { segment, offset, next }: LinePosition): string | undefined {
  const length = next - 1 - offset;
  if (length < 0 || length > MAX_LINE_BYTES) return undefined;
  let fd: number;
  try {
    fd = openSync(join(dir, segment), 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return leafOf(readAt(fd, offset, length).toString('utf8'));
  } finally {
    closeSync(fd);
  }
}
