/** What a line says by itself. Whether lines fit together is for `verify.ts`; this half takes the time, in any thread. */
import { leafOf } from './canonical.ts';
import { type Genesis, readGenesis } from './genesis.ts';
import { type Place, placeOf, type PurgeClaim, readPurgeClaim } from './purged.ts';
import { type JournalLine, readRecord } from './reader.ts';

/** A line to check; a `JournalLine`, or only its text. */
export type VerifyLine = Pick<JournalLine, 'line' | 'torn' | 'damaged'> & Partial<JournalLine>;

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
export function examine(line: VerifyLine): Examined {
  if (line.torn) return { kind: 'torn', where: whereOf(line) };
  if (line.damaged !== undefined) return { kind: 'unreadable', where: whereOf(line), why: line.damaged };
  const reading = readRecord(line.line);
  if (reading.kind === 'unreadable' || reading.kind === 'unknown_version') {
    const why = reading.kind === 'unreadable' ? 'not a record' : 'not a version we know';
    return { kind: reading.kind, where: whereOf(line), why };
  }
  if (reading.kind === 'purged') return { kind: 'purged', place: reading.place };
  const { record } = reading;
  const place = placeOf(record, line.leaf ?? leafOf(line.line));
  const genesis = place.seq === 1 && readGenesis(record);
  const purge = readPurgeClaim(record);
  return { kind: 'record', place, ...(genesis && { genesis }), ...(purge && { purge }) };
}

function whereOf({ position }: VerifyLine): string {
  return position ? `${position.segment} byte ${position.offset}: ` : '';
}
