/**
 * The two marks beside the segments, each one JSON document, replaced atomically. A mark claims that a record with
 * this number and leaf exists; a journal that ends before it was cut.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { AtelError } from '../platform/errors.ts';
import { readTextIfExists, replaceFile, writeAtomic } from '../platform/files.ts';
import { parseJson } from '../platform/json.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const claimSchema = z.strictObject({ stream: z.string().min(1), seq: z.int().min(1), leaf: hash });
const headSchema = claimSchema.extend({ segment: z.string(), bytes: z.int().min(1) });
const cursorSchema = claimSchema.extend({ segment: z.string(), offset: z.int().min(1) });

/** That a stream has a record with this number and this leaf. */
export type Claim = z.output<typeof claimSchema>;
/** The newest fsynced record; the segment is `bytes` long with it. */
export type Head = z.output<typeof headSchema>;
/** The newest record that the sink accepted; the next one begins at `offset` or in the next segment. */
export type ExportCursor = z.output<typeof cursorSchema>;

/** Where the head of a journal stands. */
export function headPath(dir: string): string {
  return join(dir, 'head.json');
}

/** The head, `undefined` when there is none or it is not one of ours, which proves as little. */
export function readHead(dir: string): Head | undefined {
  return headSchema.safeParse(parseJson(readTextIfExists(headPath(dir)) ?? '')).data;
}

/** Replaces the head; returns the text that now stands there. */
export function writeHead(dir: string, head: Head): string {
  const text = `${JSON.stringify(head)}\n`;
  writeAtomic(headPath(dir), text);
  return text;
}

function cursorPath(dir: string): string {
  return join(dir, 'cursor.json');
}

/**
 * How far the journal was accepted by the sink; `undefined` when nothing was.
 * @throws AtelError input — the file is there but is no cursor
 */
export function readCursor(dir: string): ExportCursor | undefined {
  const path = cursorPath(dir);
  const text = readTextIfExists(path);
  if (text === undefined) return undefined;
  const cursor = cursorSchema.safeParse(parseJson(text));
  if (cursor.success) return cursor.data;
  throw new AtelError('input', 'is no export cursor', {
    where: path,
    fix: 'move it away, then the whole journal is sent again (sinks know the records by their ids)',
  });
}

/** Moves the cursor. After a power cut it may be an older one, from which records are sent again. */
export function writeCursor(dir: string, cursor: ExportCursor): void {
  replaceFile(cursorPath(dir), `${JSON.stringify(cursor)}\n`);
}
