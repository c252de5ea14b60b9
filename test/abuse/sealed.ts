/** What a draft becomes in the journal: sealed, and what must hold of every line whatever the payload was. */
import * as z from 'zod';
import { canonicalLine, EMPTY_LEAF } from '../../src/journal/canonical.ts';
import type { DraftRecord, SealedRecord } from '../../src/journal/record.ts';
import { seal } from '../../src/journal/seal.ts';

/** Loki drops lines beyond 256 KB; attributes and envelope come on top. */
export const MAX_BODY_BYTES = 48 * 1024;

const objectSchema = z.custom<object>((value) => typeof value === 'object' && value !== null);

const STREAM = '11111111-2222-4333-8444-555555555555/20261122T200000Z';

/** Seals one draft as the first of a stream. */
export function sealed(draft: DraftRecord): SealedRecord {
  const chain = { stream: STREAM, seq: 0, leaf: EMPTY_LEAF, sessions: new Map() };
  const [one] = seal([draft], chain, '2026-11-22T20:00:01.000000000Z').sealed;
  if (!one) throw new Error('nothing was sealed');
  return one;
}

/** What is wrong with a sealed line; empty when nothing is. */
export function faultsOf({ line, record }: SealedRecord): readonly string[] {
  const faults: string[] = [];
  if (Buffer.byteLength(line) > MAX_BODY_BYTES) faults.push(`${Buffer.byteLength(line)} bytes`);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f]/.test(line)) faults.push('a raw control character');
  if (!line.isWellFormed()) faults.push('a lone surrogate');
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(record.session_id ?? 'none')) faults.push('an odd session id');
  if (canonicalLine(objectSchema.parse(JSON.parse(line))) !== line) faults.push('not its own canonical form');
  return faults;
}
