/** A record on standard output: as a line to read, or as it was sealed. */
import type { SourceRecord } from '../query/record-source.ts';
import { formatRecordLine } from '../report/record-line.ts';
import { escapeText } from './escape.ts';
import type { Output } from './output.ts';

/** Prints one; with `json` byte for byte. */
export async function printRecord(
  output: Output,
  { line, record }: SourceRecord,
  json: boolean,
): Promise<void> {
  if (json) await output.json(line);
  else await output.line(formatRecordLine(record, { color: output.color, escape: escapeText }));
}
