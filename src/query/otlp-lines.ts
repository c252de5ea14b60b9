/**
 * Records in the Collector's backup file: one OTLP/JSON object of the ExportLogsServiceRequest shape per line
 * (contrib file exporter, `format: json`), each LogRecord's body a string that is our line. A Collector that was killed
 * while it wrote leaves the beginning of a request without its newline, and the next request follows on the same line.
 */
import * as z from 'zod';
import { readableRecord } from './readable-record.ts';
import type { SourceRecord } from './record-source.ts';

const requestSchema = z.object({
  resourceLogs: z
    .array(
      z.object({
        scopeLogs: z
          .array(
            z.object({
              logRecords: z
                .array(z.object({ body: z.object({ stringValue: z.string().optional() }).optional() }))
                .default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** Where a request begins; within a string of one the quotes would be escaped. */
const REQUEST_START = /(?=\{"resourceLogs":)/;

type OtlpRequest = z.output<typeof requestSchema>;

export interface OtlpLine {
  readonly entries: readonly SourceRecord[];
  /** LogRecords whose body is no record of ours. */
  readonly foreign: number;
  /** Before the request stand remains of others that were never acknowledged. */
  readonly remains: boolean;
}

/**
 * The records of one line; `undefined` when no OTLP/JSON is in it.
 * @param wanted asked about each body before it is parsed
 */
export function parseOtlpLine(text: string, wanted: (body: string) => boolean): OtlpLine | undefined {
  const whole = parseRequest(text);
  const pieces = whole ? [whole] : text.split(REQUEST_START).map(parseRequest);
  const requests = pieces.filter((piece) => piece !== undefined);
  if (requests.length === 0) return undefined;
  const entries: SourceRecord[] = [];
  let foreign = 0;
  for (const { scopeLogs } of requests.flatMap((request) => request.resourceLogs)) {
    for (const { body } of scopeLogs.flatMap((scope) => scope.logRecords)) {
      const line = body?.stringValue ?? '';
      if (!wanted(line)) continue;
      const record = readableRecord(line);
      if (record) entries.push({ line, record });
      else foreign += 1;
    }
  }
  return { entries, foreign, remains: requests.length < pieces.length };
}

function parseRequest(text: string): OtlpRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** A text as it stands inside an OTLP/JSON string, `undefined` when writers differ in how they escape it. */
export function escapedNeedle(needle: string | undefined): string | undefined {
  if (needle === undefined || !/^[\w":.-]*$/.test(needle)) return undefined;
  return needle.replaceAll('"', '\\"');
}
