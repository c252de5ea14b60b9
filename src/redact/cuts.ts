/** Cuts a record down to the size of a body (integrity.md §2.3): the longest texts first, each named in `cut`. */
import { isObject, joinPath, jsonBytes, put } from './json.ts';

export interface Cut<T> {
  /** The same shape as was given, shared with it where nothing was cut. */
  readonly value: T;
  /** Dotted paths of what was cut, for `audit.cut`; their bytes are allowed for. */
  readonly cut: string[];
  /** False when what may be cut is not enough. */
  readonly fits: boolean;
}

/** Largest body; Loki drops lines beyond 256 KB, attributes and envelope come on top. */
const MAX_BODY_BYTES = 48 * 1024;
/** What sealing adds: stream, places and hashes of both chains, time, HMAC. */
const SEAL_RESERVE_BYTES = 1024;
/** Largest draft that is not cut. */
export const MAX_DRAFT_BYTES = MAX_BODY_BYTES - SEAL_RESERVE_BYTES;
/** Shorter texts are left alone, and cut ones keep about as much. */
const MIN_KEPT_BYTES = 128;
/** `…[cut:1234567]` in JSON. */
const MARK_BYTES = 24;
/** Rounds of shortening before whole blocks go. */
const MAX_ROUNDS = 6;

interface Leaf {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Shortens strings until the canonical JSON of `value`, with the list of cuts and what sealing adds, fits; if strings
 * are not enough (a very wide object), whole blocks become a mark.
 * @param mayCut whether the string or block at this dotted path may be cut; ids, hashes, times and names may not
 * @param maxBytes size of the sealed body, in UTF-8 bytes
 */
export function cutToFit<T extends object>(
  value: T,
  mayCut: (path: string) => boolean,
  maxBytes: number = MAX_BODY_BYTES,
): Cut<T> {
  const room = maxBytes - SEAL_RESERVE_BYTES;
  const size = jsonBytes(value);
  if (size <= room) return { value, cut: [], fits: true };
  const leaves = collect(value, mayCut, isLongText);
  let excess = size - room;
  for (let round = 0; round < MAX_ROUNDS && leaves.length > 0; round++) {
    const limit = limitFor(leaves, excess);
    const long = new Set(leaves.filter(({ bytes }) => bytes > limit + MARK_BYTES).map(({ path }) => path));
    const result = replaceAt(value, '', long, (text) => shortened(text, limit));
    const over = jsonBytes(result) + jsonBytes([...long]) - room;
    if (over <= 0) return { value: result, cut: [...long], fits: true };
    if (limit === MIN_KEPT_BYTES) break;
    excess += over + MARK_BYTES;
  }
  return dropBlocks(value, mayCut, room);
}

/** Where whole blocks go, largest first. */
function dropBlocks<T extends object>(value: T, mayCut: (path: string) => boolean, room: number): Cut<T> {
  const blocks = collect(value, mayCut, () => true).toSorted((a, b) => b.bytes - a.bytes);
  const cut: string[] = [];
  let excess = jsonBytes(value) - room;
  for (const { path, bytes } of blocks) {
    if (excess <= 0) break;
    cut.push(path);
    excess += jsonBytes(path) + 1 + MARK_BYTES - bytes;
  }
  const result = replaceAt(value, '', new Set(cut), (block) => cutMark(block));
  return { value: result, cut, fits: jsonBytes(result) + jsonBytes(cut) <= room };
}

function cutMark(cut: unknown): string {
  return `…[cut:${typeof cut === 'string' ? Buffer.byteLength(cut) : jsonBytes(cut)}]`;
}

/** The outermost parts that may be cut and are wanted; below a wanted part none is looked for. */
function collect(
  root: unknown,
  mayCut: (path: string) => boolean,
  wanted: (value: unknown) => boolean,
): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: string): void => {
    if (path !== '' && wanted(value) && mayCut(path)) leaves.push({ path, bytes: jsonBytes(value) });
    else if (Array.isArray(value)) value.forEach((item, i) => walk(item, joinPath(path, i)));
    else if (isObject(value)) for (const key of Object.keys(value)) walk(value[key], joinPath(path, key));
  };
  walk(root, '');
  return leaves;
}

function isLongText(value: unknown): boolean {
  return typeof value === 'string' && value.length > MIN_KEPT_BYTES / 6;
}

/** The length in bytes to which all longer texts must come down so that `excess` bytes go. */
function limitFor(leaves: readonly Leaf[], excess: number): number {
  const sizes = leaves.map(({ bytes }) => bytes).toSorted((a, b) => b - a);
  let sum = 0;
  for (const [i, bytes] of sizes.entries()) {
    sum += bytes;
    const limit = Math.floor((sum - excess) / (i + 1)) - MARK_BYTES;
    if (limit >= (sizes[i + 1] ?? 0)) return Math.max(MIN_KEPT_BYTES, limit);
  }
  return MIN_KEPT_BYTES;
}

function replaceAt<T>(
  value: T,
  path: string,
  paths: ReadonlySet<string>,
  replace: (found: unknown) => unknown,
): T;
function replaceAt(
  value: unknown,
  path: string,
  paths: ReadonlySet<string>,
  replace: (found: unknown) => unknown,
): unknown {
  if (paths.has(path)) return replace(value);
  if (Array.isArray(value)) {
    const copy = value.map((item: unknown, i) => replaceAt(item, joinPath(path, i), paths, replace));
    return copy.every((item, i) => item === value[i]) ? value : copy;
  }
  if (!isObject(value)) return value;
  let changed = false;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const result = replaceAt(value[key], joinPath(path, key), paths, replace);
    put(copy, key, result);
    changed ||= result !== value[key];
  }
  return changed ? copy : value;
}

/** The head of a text, whole code points, at most `limit` bytes as JSON, and how many bytes are missing. */
function shortened(text: unknown, limit: number): unknown {
  if (typeof text !== 'string') return text;
  let bytes = 0;
  let end = 0;
  for (const char of text) {
    bytes += jsonCharBytes(char);
    if (bytes > limit) break;
    end += char.length;
  }
  return `${text.slice(0, end)}${cutMark(text.slice(end))}`;
}

/** Bytes of one code point inside a JSON string. */
function jsonCharBytes(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x80)
    return code < 0x800 ? 2 : Buffer.byteLength(char) > 3 ? 4 : code >= 0xd800 && code <= 0xdfff ? 6 : 3;
  if (char === '"' || char === '\\') return 2;
  if (code >= 0x20) return 1;
  return '\b\t\n\f\r'.includes(char) ? 2 : 6;
}
