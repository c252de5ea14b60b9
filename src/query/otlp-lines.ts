/**
 * Records in the Collector's backup file: one OTLP/JSON object of the ExportLogsServiceRequest shape per line
 * (contrib file exporter, `format: json`), each LogRecord's body a string that is our line.
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

export interface OtlpLine {
  readonly entries: readonly SourceRecord[];
  /** LogRecords whose body is no record of ours. */
  readonly foreign: number;
}

/**
 * The records of one line; `undefined` when the line is no OTLP/JSON.
 * @param wanted asked about each body before it is parsed
 */
export function parseOtlpLine(text: string, wanted: (body: string) => boolean): OtlpLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const request = requestSchema.safeParse(value);
  if (!request.success) return undefined;
  const entries: SourceRecord[] = [];
  let foreign = 0;
  for (const { scopeLogs } of request.data.resourceLogs) {
    for (const { body } of scopeLogs.flatMap((scope) => scope.logRecords)) {
      const line = body?.stringValue ?? '';
      if (!wanted(line)) continue;
      const record = readableRecord(line);
      if (record) entries.push({ line, record });
      else foreign += 1;
    }
  }
  return { entries, foreign };
}

/** A text as it stands inside an OTLP/JSON string, `undefined` when writers differ in how they escape it. */
export function escapedNeedle(needle: string | undefined): string | undefined {
  if (needle === undefined || !/^[\w":.-]*$/.test(needle)) return undefined;
  return needle.replaceAll('"', '\\"');
}
