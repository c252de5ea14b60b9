/** Examined lines as a message between threads: in columns of bytes, since objects take as long to copy as to make. */
import type { Examined } from './examine.ts';
import type { Place } from './purged.ts';

export interface Columns {
  /** Names that occur. */
  readonly streams: string[];
  readonly sessions: string[];
  /** Of each record the index of its stream, its number there, the index of its session or -1, its number there or 0. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Of each record its leaf, that before it, and that before it in its session, in hex; the last may be spaces. */
  readonly hashes: Uint8Array<ArrayBuffer>;
  /** What is more than a place, with its index among all. */
  readonly others: [index: number, line: Examined][];
}

const NUMBERS = 4;
const HASHES = 3;
const HASH_DIGITS = 64;
const NO_HASH = ' '.repeat(HASH_DIGITS);

/** Puts the lines in columns. */
export function toColumns(lines: Iterable<Examined>): Columns {
  const streams = new Map<string, number>();
  const sessions = new Map<string, number>();
  const numbers: number[] = [];
  const hashes: string[] = [];
  const others: Columns['others'] = [];
  let count = 0;
  for (const line of lines) {
    if (line.kind === 'record' && !line.genesis && !line.purge) {
      const { stream, seq, prev, leaf, inSession } = line.place;
      const session = inSession ? indexIn(sessions, inSession.session) : -1;
      numbers.push(indexIn(streams, stream), seq, session, inSession?.sseq ?? 0);
      hashes.push(leaf, prev, inSession?.sprev ?? NO_HASH);
    } else others.push([count, line]);
    count += 1;
  }
  return {
    streams: [...streams.keys()],
    sessions: [...sessions.keys()],
    numbers: new Float64Array(numbers),
    hashes: new TextEncoder().encode(hashes.join('')),
    others,
  };
}

/** What of columns is handed over to another thread instead of copied. */
export function buffersOf({ numbers, hashes }: Columns): readonly ArrayBuffer[] {
  return [numbers.buffer, hashes.buffer];
}

/** The lines again, in their order. */
export function fromColumns(columns: Columns): readonly Examined[] {
  const bytes = Buffer.from(columns.hashes.buffer);
  const count = columns.numbers.length / NUMBERS;
  const lines: Examined[] = [];
  let taken = 0;
  const takeUpTo = (end: number): void => {
    for (; taken < end; taken++) lines.push({ kind: 'record', place: placeAt(columns, bytes, taken) });
  };
  for (const [nr, [index, line]] of columns.others.entries()) {
    takeUpTo(index - nr);
    lines.push(line);
  }
  takeUpTo(count);
  return lines;
}

function placeAt({ streams, sessions, numbers }: Columns, hashes: Buffer, index: number): Place {
  const [stream = -1, seq = 0, session = -1, sseq = 0] = numbers.subarray(NUMBERS * index);
  const hash = (nr: number): string => {
    const start = (HASHES * index + nr) * HASH_DIGITS;
    return hashes.toString('latin1', start, start + HASH_DIGITS);
  };
  const place = { stream: streams[stream] ?? '', seq, leaf: hash(0), prev: hash(1) };
  const name = sessions[session];
  return name === undefined ? place : { ...place, inSession: { session: name, sseq, sprev: hash(2) } };
}

function indexIn(names: Map<string, number>, name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
}
