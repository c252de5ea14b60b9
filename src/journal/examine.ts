/** What a line says by itself. Whether lines fit together is for `verify.ts`; this half takes the time, in any thread. */
import { leafInPlace } from './canonical.ts';
import { type Genesis, readGenesis } from './genesis.ts';
import type { LineBytes } from './line-bytes.ts';
import { type Place, placeOf, type PurgeClaim, readPurgeClaim } from './purged.ts';
import { type JournalLine, readRecord } from './reader.ts';
import { scanPlace } from './scan-place.ts';

/** A line to check; a `JournalLine`, or only its text. */
export type VerifyLine = Pick<JournalLine, 'line' | 'torn' | 'damaged'> & Partial<JournalLine>;

/** What stands between two indices, with a byte to spare in front and a newline behind. */
interface Text extends Pick<LineBytes, 'bytes' | 'start' | 'end'> {
  readonly torn?: true | undefined;
  readonly damaged?: string | undefined;
}

export type Examined =
  /** `where` and `why` are ready to be printed. */
  | { readonly kind: 'torn'; readonly where: string }
  | { readonly kind: 'unreadable' | 'unknown_version'; readonly where: string; readonly why: string }
  | { readonly kind: 'purged'; readonly place: Place }
  | {
      readonly kind: 'record';
      readonly place: Place;
      /** Of a record with number 1 that is a genesis record. */
      readonly genesis?: Genesis;
      /** Of a record that tells of a purge. */
      readonly purge?: PurgeClaim;
    };

/** Examines one line. */
export function examine({ line, torn, damaged, position }: VerifyLine): Examined {
  const bytes = Buffer.from(`\0${line}\n`);
  const where = position ? whereOf(position.segment, position.offset) : '';
  return examineText({ bytes, start: 1, end: bytes.length - 1, torn, damaged }, () => where);
}

/** The same of a line of a segment. */
export function examineBytes(line: LineBytes, segment: string): Examined {
  return examineText(line, () => whereOf(segment, line.offset));
}

function examineText(line: Text, where: () => string): Examined {
  const { bytes, start, end } = line;
  if (line.torn) return { kind: 'torn', where: where() };
  if (line.damaged !== undefined) return { kind: 'unreadable', where: where(), why: line.damaged };
  const leaf = leafInPlace(bytes, start, end);
  const place = scanPlace(bytes, start, end, leaf);
  // The first record may be a genesis.
  if (place && place.seq > 1) return { kind: 'record', place };
  return parse(bytes.toString('utf8', start, end), leaf, where);
}

function parse(line: string, leaf: string, where: () => string): Examined {
  const reading = readRecord(line);
  if (reading.kind === 'unreadable' || reading.kind === 'unknown_version') {
    const why = reading.kind === 'unreadable' ? 'not a record' : 'not a version we know';
    return { kind: reading.kind, where: where(), why };
  }
  if (reading.kind === 'purged') return { kind: 'purged', place: reading.place };
  const { record } = reading;
  const place = placeOf(record, leaf);
  const genesis = place.seq === 1 && readGenesis(record);
  const purge = readPurgeClaim(record);
  return { kind: 'record', place, ...(genesis && { genesis }), ...(purge && { purge }) };
}

function whereOf(segment: string, offset: number): string {
  return `${segment} byte ${offset}: `;
}
