/**
 * Values that no receiver refuses. A plain LogRecord passes no check of the SDK, and one bad value makes a Collector
 * answer 400 for the whole request (otel-js.md §1.7).
 */
import type { Attributes } from '@opentelemetry/api';

/** Longest attribute value. Attributes are query copies, the body has it all; a Loki label may have 2048 bytes. */
const MAX_VALUE_BYTES = 1024;
const ELLIPSIS = '…';

export type RawAttributes = Readonly<Record<string, unknown>>;

/**
 * The attributes of several blocks, without what is absent or empty. Strings are made well-formed, freed of NUL and cut
 * at `MAX_VALUE_BYTES` of UTF-8; lists become one comma-separated string; numbers that OTLP JSON cannot carry become
 * strings.
 */
export function cleanAttributes(...blocks: readonly RawAttributes[]): Attributes {
  const clean: Attributes = {};
  for (const block of blocks) {
    for (const key of Object.keys(block)) {
      const result = cleanValue(block[key]);
      if (result !== undefined && result !== '') clean[key] = result;
    }
  }
  return clean;
}

function cleanValue(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return isExact(value) ? value : String(value);
  if (Array.isArray(value)) return cleanText(value.filter((item) => typeof item === 'string').join(','));
  return undefined;
}

/** Safe integers and finite fractions; `1e21` is an integer to JavaScript but no int64. */
function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function cleanText(text: string): string {
  // Asking first takes a third of the time; nearly all texts are sound.
  const isSound = text.isWellFormed() && !text.includes('\u0000');
  const sound = isSound ? text : text.toWellFormed().replaceAll('\u0000', '');
  // A UTF-16 unit has at most three bytes, so that most texts need no counting.
  if (3 * sound.length <= MAX_VALUE_BYTES || Buffer.byteLength(sound) <= MAX_VALUE_BYTES) return sound;
  const room = new Uint8Array(MAX_VALUE_BYTES - Buffer.byteLength(ELLIPSIS));
  // encodeInto stops before a code point that does not fit whole.
  return sound.slice(0, new TextEncoder().encodeInto(sound, room).read) + ELLIPSIS;
}
