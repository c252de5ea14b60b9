/**
 * Fuzzing of the stages: recorded payloads of the real client, mutated, from raw bytes to the sealed line. Everything
 * follows from the seed and the number of the payload, so that a failure can be made again.
 */
import { createHash } from 'node:crypto';
import type { CaptureLevel } from '../../src/journal/record.ts';
import { loadPayloads } from '../helpers/payloads.ts';
import { createStages, inputOf } from '../helpers/stages.ts';
import { faultsOf, sealed } from './sealed.ts';

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly level: CaptureLevel;
  readonly onProgress?: (done: FuzzReport) => void;
}

export interface FuzzReport {
  readonly payloads: number;
  /** By `why`; what was readable is `none`. */
  readonly unreadable: Readonly<Record<string, number>>;
  readonly longestLineBytes: number;
  readonly slowestMillis: number;
  /** The first few things that went wrong, each with what makes it again. */
  readonly faults: readonly string[];
}

/** Payloads that share one call of the stages, as the forwarder's batches do. */
const BATCH = 64;
const MAX_FAULTS = 20;
/** A mutated payload stays below this, so that a million of them take an hour and not a day. */
const MAX_STRING_CHARS = 200_000;

type Json = Readonly<Record<string, unknown>>;
type Random = (below: number) => number;

const RECORDED = loadPayloads('2.1.330');

const ODD_TEXTS = [
  '',
  '\0',
  '\u001e',
  '\n',
  '\r\n\t\u001b[2J',
  '\u202e\u2066',
  '\ud800',
  '\udfff\ud800',
  '😀',
  '\ufeff',
  '__proto__',
  'constructor',
  '../../etc/x',
  '-0',
  '1e400',
  'secretlint-disable',
  '"} |= "',
  '`',
  '$(id)',
  "'; DROP",
  '%s%n',
  '\u001eOK 1\n',
];
const ODD_NUMBERS = ['1e400', '-1e400', '-0', '9223372036854775807', '0.1234567890123456789', '1E2', '0e0'];
const ODD_VALUES: readonly unknown[] = [null, true, [], {}, [[]], '', 0, -1, 1.5, 2 ** 53, Number.MAX_VALUE];

/** Numbers below a bound, drawn from the seed by hash: the same on every machine. */
function createRandom(seed: string): Random {
  let block = Buffer.alloc(0);
  let at = 0;
  let n = 0;
  return (below) => {
    if (at + 4 > block.length) {
      block = createHash('sha512').update(`${seed}/${n++}`).digest();
      at = 0;
    }
    at += 4;
    return below <= 0 ? 0 : block.readUInt32LE(at - 4) % below;
  };
}

/** The mutated payload with this number. */
function fuzzedPayload(seed: number, index: number): { argument: string; payload: Buffer } {
  const random = createRandom(`${seed}/${index}`);
  const recorded = RECORDED[random(RECORDED.length)];
  if (!recorded) throw new Error('there are no recorded payloads');
  let value: unknown = recorded.payload;
  for (let n = random(4); n > 0; n--) value = mutate(value, random, true);
  let bytes: Buffer = Buffer.from(respell(JSON.stringify(value), random));
  for (let n = random(8) === 0 ? 1 + random(3) : 0; n > 0; n--) bytes = damage(bytes, random);
  return { argument: random(10) === 0 ? 'unknown' : recorded.event, payload: bytes };
}

/** Goes down a random path and changes what it ends at. */
function mutate(value: unknown, random: Random, root = false): unknown {
  if (isObject(value) && Object.keys(value).length > 0 && random(root ? 50 : 6) > 0) {
    const keys = Object.keys(value);
    const key = keys[random(keys.length)] ?? '';
    const copy: Record<string, unknown> = { ...value };
    const to = random(8);
    if (to === 0) delete copy[key];
    else if (to === 1) copy[oddText(random) || key] = mutateLeaf(value[key], random);
    else copy[key] = mutate(value[key], random);
    return copy;
  }
  if (Array.isArray(value) && value.length > 0 && random(6) > 0) {
    const at = random(value.length);
    const changed = value.map((item: unknown, i) => (i === at ? mutate(item, random) : item));
    return random(10) === 0 ? repeated(changed[at], random) : changed;
  }
  return mutateLeaf(value, random);
}

/** Many copies, of together no more than a long string. */
function repeated(item: unknown, random: Random): readonly unknown[] {
  const bytes = JSON.stringify(item)?.length ?? 1;
  return Array.from({ length: random(Math.min(5000, MAX_STRING_CHARS / bytes)) }, () => item);
}

function mutateLeaf(value: unknown, random: Random): unknown {
  switch (random(7)) {
    case 0:
      return ODD_VALUES[random(ODD_VALUES.length)];
    case 1:
      return oddText(random);
    case 2:
      return `${textOf(value)}${oddText(random)}`;
    case 3:
      return (oddText(random) || 'x').repeat(1 + random(40)).slice(0, MAX_STRING_CHARS);
    case 4:
      return random(20) === 0 ? 'ab/'.repeat(MAX_STRING_CHARS / 3) : textOf(value);
    case 5:
      return nested(random(90), random);
    default:
      return typeof value === 'string' ? value.split('').toReversed().join('') : [value];
  }
}

/** `String` fails on an object whose prototype a mutation replaced. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function nested(depth: number, random: Random): unknown {
  let value: unknown = oddText(random);
  for (let i = 0; i < depth; i++)
    value = random(2) === 0 ? [value] : { [random(5) === 0 ? '__proto__' : 'k']: value };
  return value;
}

function oddText(random: Random): string {
  return ODD_TEXTS[random(ODD_TEXTS.length)] ?? '';
}

/** What JSON allows and `JSON.stringify` never writes: wide numbers, repeated keys, blanks, escapes. */
function respell(text: string, random: Random): string {
  switch (random(16)) {
    case 0:
      return text.replace(
        /:\d+([,}])/,
        (_all, end) => `:${ODD_NUMBERS[random(ODD_NUMBERS.length)]}${String(end)}`,
      );
    case 1:
      return text.replace(/^\{("[a-z_]+":)/, (_all, key) => `{${String(key)}"first",${String(key)}`);
    case 2:
      return `\n${text.replaceAll(',"', ' ,\t"')} \r\n`;
    case 3:
      return text.replaceAll('a', '\\u0061');
    default:
      return text;
  }
}

function damage(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  switch (random(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return bytes.subarray(at);
    case 2:
      return Buffer.concat([bytes, bytes.subarray(at)]);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([random(256), random(256)]),
        bytes.subarray(at),
      ]);
    default: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at] = random(256);
      return copy;
    }
  }
}

/** Pushes `count` payloads through parse → record → line; never throws because of a payload. */
export async function fuzz({ count, seed, level, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const stages = await createStages(level);
  const unreadable: Record<string, number> = {};
  const faults: string[] = [];
  let [longestLineBytes, slowestMillis] = [0, 0];
  const fault = (index: number, what: string): void => {
    if (faults.length < MAX_FAULTS) faults.push(`--seed ${seed}, payload ${index}: ${what}`);
  };
  const batch = (from: number, size: number): void => {
    const inputs = Array.from({ length: size }, (_, i) => {
      const { argument, payload } = fuzzedPayload(seed, from + i);
      return inputOf(argument, payload, from + i);
    });
    const start = performance.now();
    const drafts = stages.pipeline.process(inputs);
    slowestMillis = Math.max(slowestMillis, performance.now() - start);
    if (drafts.length !== size) fault(from, `${drafts.length} records for ${size} payloads`);
    for (const [i, draft] of drafts.entries()) {
      const one = sealed(draft);
      for (const what of faultsOf(one)) fault(from + i, what);
      longestLineBytes = Math.max(longestLineBytes, Buffer.byteLength(one.line));
      const why = draft.event_type === 'unreadable' ? String(draft.action_details?.['why']) : 'none';
      unreadable[why] = (unreadable[why] ?? 0) + 1;
    }
  };
  const report = (payloads: number): FuzzReport => ({
    payloads,
    unreadable,
    longestLineBytes,
    slowestMillis: Math.round(slowestMillis),
    faults,
  });
  try {
    for (let from = 0; from < count && faults.length < MAX_FAULTS; from += BATCH) {
      const size = Math.min(BATCH, count - from);
      try {
        batch(from, size);
      } catch (error) {
        fault(
          from,
          `one of ${size} from here throws: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
      onProgress?.(report(from + size));
      // Timers of the stages want their turn.
      if (from % (BATCH * 16) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    stages.stop();
  }
  return report(count);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
