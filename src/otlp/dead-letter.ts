/**
 * What the server would not take, kept beside the journal. One private JSON file each:
 *
 *   <seq>-<id>.json             { kind: "rejected", at, status, message, line }   a record that was refused alone
 *   <first>-<last>-partial.json { kind: "partial", at, rejected, message, stream, ids }   a partial success: nobody
 *                               says which of these records the server dropped; their lines are in the journal
 *
 * `at` is RFC 3339. Writing the same letter again replaces it.
 */
import { join } from 'node:path';
import type { JournaledRecord } from '../journal/record.ts';
import { type Clock, formatNanos } from '../platform/clock.ts';
import { ensurePrivateDir, writeAtomic } from '../platform/files.ts';

export interface DeadLetters {
  /** Keeps a record that was refused alone; returns the file's path once it is durable. */
  rejected(one: JournaledRecord, status: number, message: string): string;
  /** Keeps the ids of a batch that was taken in part; returns the file's path once it is durable. */
  partial(batch: readonly JournaledRecord[], rejected: number, message: string): string;
}

/** Ids are ours, but they come from file names. */
const UNSAFE_IN_NAME = /[^A-Za-z0-9-]/g;
const MAX_ID_CHARS = 64;

/** @param dir made (0700) when the first letter comes */
export function createDeadLetters(dir: string, clock: Clock): DeadLetters {
  const keep = (name: string, letter: object): string => {
    ensurePrivateDir(dir);
    const path = join(dir, `${name}.json`);
    writeAtomic(path, `${JSON.stringify(letter)}\n`);
    return path;
  };
  return {
    rejected({ line, record }, status, message) {
      const id = record.id.replaceAll(UNSAFE_IN_NAME, '').slice(0, MAX_ID_CHARS);
      const at = formatNanos(clock());
      return keep(`${record.audit.seq}-${id}`, { kind: 'rejected', at, status, message, line });
    },
    partial(batch, rejected, message) {
      const { stream, seq } = batch[0]?.record.audit ?? {};
      const ids = batch.map(({ record }) => record.id);
      const at = formatNanos(clock());
      const name = `${seq}-${batch.at(-1)?.record.audit.seq}-partial`;
      return keep(name, { kind: 'partial', at, rejected, message, stream, ids });
    },
  };
}
