/**
 * Records in the Collector's backup file: one OTLP/JSON object of the ExportLogsServiceRequest shape per line
 * (contrib file exporter, `format: json`), each LogRecord's body a string that is our line. A Collector that was killed
 * while it wrote leaves the beginning of a request without its newline, and the next request follows on the same line.
 */
import * as z from 'zod';

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

export interface OtlpLine {
  /** Of each LogRecord, the text that may be a record's line; empty where there is none. */
  readonly bodies: readonly string[];
  /** Before the request stand remains of others that were never acknowledged. */
  readonly remains: boolean;
}

/** What one line holds; `undefined` when no OTLP/JSON is in it. */
export function parseOtlpLine(text: string): OtlpLine | undefined {
  const whole = bodiesOf(text);
  const pieces = whole ? [whole] : text.split(REQUEST_START).map(bodiesOf);
  const requests = pieces.filter((piece) => piece !== undefined);
  if (requests.length === 0) return undefined;
  return { bodies: requests.flat(), remains: requests.length < pieces.length };
}

/** Of one request; all else that it holds is let go before the bodies are parsed. */
function bodiesOf(text: string): readonly string[] | undefined {
  try {
    return requestSchema
      .parse(JSON.parse(text))
      .resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)
      .flatMap(({ logRecords }) => logRecords)
      .map(({ body }) => body?.stringValue ?? '');
  } catch {
    return undefined;
  }
}

/** A text as it stands inside an OTLP/JSON string, `undefined` when writers differ in how they escape it. */
export function escapedNeedle(needle: string | undefined): string | undefined {
  if (needle === undefined || !/^[\w":.-]*$/.test(needle)) return undefined;
  return needle.replaceAll('"', '\\"');
}
