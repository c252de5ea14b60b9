/**
 * From the bytes a hook was given to a JSON object, or to the reason why not. Nothing is guessed: invalid UTF-8 is
 * refused (replacement characters would make different payloads equal), numbers that a double cannot hold
 * become strings of their source text, repeated keys are told, and depth is checked on the raw text, before a parser
 * recurses.
 */
import { isObject } from './shape.ts';

/** Deepest nesting of objects and arrays; part of the format: every reader of it must get as deep. */
const MAX_DEPTH = 64;

export type Unreadable =
  | 'empty'
  | 'invalid_utf8'
  | 'raw_nul'
  | 'too_deep'
  | 'truncated_input'
  | 'invalid_json'
  | 'not_object'
  /** A stage of ours threw on it. */
  | 'stage_failed';

export type PayloadParse =
  | {
      readonly kind: 'payload';
      readonly payload: Readonly<Record<string, unknown>>;
      /** What the parsed value does not show: `numbers` became text, of `dup_keys` only the last counts. */
      readonly repaired: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly why: Unreadable; readonly salvaged: Salvaged };

/** What the beginning of a damaged payload still tells. */
export interface Salvaged {
  readonly session_id?: string;
  readonly hook_event_name?: string;
  readonly tool_name?: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses standard input of a hook; never throws. */
export function parsePayload(bytes: Buffer): PayloadParse {
  if (bytes.length === 0) return unreadable('empty', '');
  if (bytes.includes(0)) return unreadable('raw_nul', bytes.toString('latin1'));
  let source: string;
  try {
    source = decoder.decode(bytes);
  } catch {
    return unreadable('invalid_utf8', bytes.toString('latin1'));
  }
  if (source.trim() === '') return unreadable('empty', '');
  const outline = outlineOf(source);
  if (outline.deepest > MAX_DEPTH) return unreadable('too_deep', source);
  return parseText(source, outline);
}

function parseText(source: string, { open, keys }: Outline): PayloadParse {
  let widened = false;
  const keepWide = (key: string, number: unknown, context?: { source?: string }): unknown => {
    const kept = keepWideNumber(key, number, context);
    widened ||= kept !== number;
    return kept;
  };
  let value: unknown;
  try {
    value = mayHaveWideNumber(source) ? JSON.parse(source, keepWide) : JSON.parse(source);
  } catch {
    return unreadable(open ? 'truncated_input' : 'invalid_json', source);
  }
  if (!isObject(value)) return unreadable('not_object', source);
  const repaired = [...(widened ? ['numbers'] : []), ...(countKeys(value) < keys ? ['dup_keys'] : [])];
  return { kind: 'payload', payload: value, repaired };
}

interface Outline {
  readonly deepest: number;
  /** Something is left unclosed: the text was cut. */
  readonly open: boolean;
  /** Members of all objects; each has one colon. */
  readonly keys: number;
}

/** What the raw text tells before it is parsed, strings skipped. */
function outlineOf(source: string): Outline {
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code === 34) {
      i = endOfString(source, i + 1);
      if (i < 0) return { deepest, open: true, keys };
    } else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth);
    else if (code === 125 || code === 93) depth--;
    else if (code === 58) keys++;
  }
  return { deepest, open: depth > 0, keys };
}

/** Where the string that begins at `from` has its closing quote; -1 when it has none. */
function endOfString(source: string, from: number): number {
  for (let at = source.indexOf('"', from); at >= 0; at = source.indexOf('"', at + 1)) {
    let slashes = at;
    while (slashes > from && source.charCodeAt(slashes - 1) === 92) slashes--;
    if ((at - slashes) % 2 === 0) return at;
  }
  return -1;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : members.length;
  for (const member of members) count += countKeys(member);
  return count;
}

/** A cheap test for numbers that may not survive a double; a false alarm only costs time. */
function mayHaveWideNumber(source: string): boolean {
  return /[:[,]\s*-?(?:\d{16}|\d[\d.]*[eE]|\d+\.\d{15})/.test(source);
}

function keepWideNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return Number.isSafeInteger(value) || String(value) === context.source ? value : context.source;
}

function unreadable(why: Unreadable, source: string): PayloadParse {
  return { kind: 'unreadable', why, salvaged: salvage(source) };
}

/** Ids from the first 16 KiB; shapes are checked, so that nothing private can come along. */
export function salvage(source: string): Salvaged {
  const head = source.slice(0, 16_384);
  const field = (name: string): string | undefined =>
    new RegExp(`"${name}"\\s*:\\s*"([A-Za-z0-9._-]{1,128})"`).exec(head)?.[1];
  const entries = ['session_id', 'hook_event_name', 'tool_name'].map((name) => [name, field(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
