/** Whether a record can be sealed as it is: nearly always, and told by one walk where repair and cut take three. */
import { isObject } from './json.ts';
import { MAX_DRAFT_BYTES } from './cuts.ts';
import { FRACTIONS_ALLOWED_IN, isSoundNumber } from './well-formed.ts';

/** Most bytes that JSON takes for a UTF-16 unit (`\u0007`). */
const MAX_UNIT_BYTES = 6;
/** `-1.2345678901234567e-300`, rounded up. */
const MAX_SCALAR_BYTES = 32;

/** True only when `wellFormed` would repair nothing and `cutToFit` would cut nothing. */
export function fitsAsItIs(record: object): boolean {
  return bytesAtMost(record, false, true) <= MAX_DRAFT_BYTES;
}

/** Never less than what the value's JSON takes; NaN, and so no sum either, where something is to be repaired. */
function bytesAtMost(value: unknown, fractions: boolean, isRecord = false): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return isSoundNumber(value, fractions) ? MAX_SCALAR_BYTES : NaN;
  if (typeof value === 'boolean' || value === null) return MAX_SCALAR_BYTES;
  if (typeof value !== 'object') return NaN;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesAtMost(item, fractions) + 1;
    return bytes;
  }
  // Not by a list of the keys: this walk is over before one is made.
  if (isObject(value))
    for (const key in value) {
      const mayHaveFractions = fractions || (isRecord && key === FRACTIONS_ALLOWED_IN);
      bytes += textBytes(key) + 2 + bytesAtMost(value[key], mayHaveFractions);
    }
  return bytes;
}

function textBytes(text: string): number {
  return text.isWellFormed() ? MAX_UNIT_BYTES * text.length + 2 : NaN;
}
