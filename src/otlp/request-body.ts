/** LogRecords as the body of an OTLP/HTTP request: the SDK's JSON, compressed beside this thread. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ExportSettings } from './endpoint.ts';

/** Half the CPU of zlib's default for 16 % more bytes (otel-js.md §2). */
const GZIP_LEVEL = 1;
/** Records shrink to a tenth (measured). zlib comes back to this thread for more room, and would wait while it is busy. */
const ROOM_SHARE = 4;
/** For a small body, which shrinks less. */
const MIN_ROOM_BYTES = 65_536;

const compress = promisify(gzip);

/**
 * Serializes at once, and begins to compress.
 * @throws Error — a request that is longer than a string can be
 */
export function encodeBody(
  records: readonly ReadableLogRecord[],
  compression: ExportSettings['compression'],
): Promise<Uint8Array> {
  const json = JsonLogsSerializer.serializeRequest([...records]);
  if (json === undefined) throw new Error('no body for these records');
  if (compression === 'none') return Promise.resolve(json);
  const chunkSize = MIN_ROOM_BYTES + Math.ceil(json.length / ROOM_SHARE);
  const body = compress(json, { level: GZIP_LEVEL, chunkSize });
  // A body may be dropped before anybody waits for it.
  body.catch(() => undefined);
  return body;
}
