/** The part of Loki's HTTP API that readers need (`/loki/api/v1/query_range`, `query`, `status/buildinfo`). */
import * as z from 'zod';
import { AtelError, messageOf } from '../platform/errors.ts';

/** Loki's own `query_timeout` is one minute; a little more leaves the answer to Loki. */
const QUERY_TIMEOUT_MILLIS = 65_000;
const PROBE_TIMEOUT_MILLIS = 1_000;
const MAX_ERROR_CHARACTERS = 300;
const SEE_HELP = '`atel query --help` has examples';

const streamsSchema = z.object({
  resultType: z.literal('streams'),
  result: z.array(
    z.object({
      stream: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.string(), z.string()], z.unknown())),
    }),
  ),
});

const sampleSchema = z.tuple([z.number(), z.string()]);
const metricSchema = z.record(z.string(), z.string());

const metricsSchema = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: metricSchema, value: sampleSchema })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: metricSchema, values: z.array(sampleSchema) })),
  }),
  z.object({ resultType: z.literal('scalar'), result: sampleSchema }),
]);

/** A metric result as Loki gives it, without statistics. Times are seconds since the epoch. */
export type MetricResult = z.output<typeof metricsSchema>;

/** One log entry: its time in nanoseconds, its line, and a key that tells it from every other entry. */
export interface LokiEntry {
  readonly nanos: bigint;
  readonly line: string;
  readonly key: string;
}

export interface LogRequest {
  readonly query: string;
  readonly start: bigint;
  /** Not part of the range. */
  readonly end: bigint;
  readonly limit: number;
  readonly direction: 'forward' | 'backward';
}

export interface LokiClient {
  readonly url: string;
  /** One page of log entries, in the order of `direction`. */
  logs(request: LogRequest, signal?: AbortSignal): Promise<readonly LokiEntry[]>;
  /** A metric at one moment, or over a range in steps of `stepSeconds`. */
  metric(
    query: string,
    at: bigint | { readonly start: bigint; readonly end: bigint; readonly stepSeconds: number },
  ): Promise<MetricResult>;
  /** Whether a Loki answers here. */
  answers(): Promise<boolean>;
}

/** @param url where Loki listens, without a path, e.g. `http://127.0.0.1:3100` */
export function createLokiClient(url: string): LokiClient {
  const get = async (
    path: string,
    parameters: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<unknown> => {
    const timeout = AbortSignal.timeout(QUERY_TIMEOUT_MILLIS);
    let status: number;
    let body: string;
    try {
      const response = await fetch(
        `${url}/loki/api/v1/${path}?${new URLSearchParams(parameters).toString()}`,
        {
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
          redirect: 'error',
        },
      );
      status = response.status;
      body = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      const what = timeout.aborted
        ? `no answer within ${QUERY_TIMEOUT_MILLIS / 1000} s`
        : 'Loki does not answer';
      throw unreachable(url, what, error);
    }
    if (status === 400)
      throw new AtelError('input', `Loki refuses the query: ${brief(body)}`, { where: url, fix: SEE_HELP });
    if (status !== 200) throw unreachable(url, `Loki answers ${status}: ${brief(body)}`);
    return dataOf(body, url);
  };
  return {
    url,
    async logs({ query, start, end, limit, direction }, signal) {
      const range = { start: String(start), end: String(end), limit: String(limit), direction };
      const data = streamsSchema.safeParse(await get('query_range', { query, ...range }, signal));
      if (!data.success)
        throw new AtelError('input', 'the expression gives no log lines', { where: url, fix: SEE_HELP });
      return toEntries(data.data.result, direction);
    },
    async metric(query, at) {
      const data =
        typeof at === 'bigint'
          ? await get('query', { query, time: String(at) })
          : await get('query_range', {
              query,
              start: String(at.start),
              end: String(at.end),
              step: String(at.stepSeconds),
            });
      const result = metricsSchema.safeParse(data);
      if (!result.success) throw unreachable(url, 'the answer is no metric');
      return result.data;
    },
    async answers() {
      try {
        const signal = AbortSignal.timeout(PROBE_TIMEOUT_MILLIS);
        const response = await fetch(`${url}/loki/api/v1/status/buildinfo`, { signal, redirect: 'error' });
        return response.ok && z.object({ version: z.string() }).safeParse(await response.json()).success;
      } catch {
        return false;
      }
    },
  };
}

/** The entries of all streams in one order; within a stream and a nanosecond Loki's order stays. */
function toEntries(
  streams: z.output<typeof streamsSchema>['result'],
  direction: LogRequest['direction'],
): readonly LokiEntry[] {
  const sign = direction === 'forward' ? 1 : -1;
  return streams
    .flatMap(({ stream, values }) => {
      const labels = JSON.stringify(Object.entries(stream).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      return values.map(([time, line]) => ({ nanos: BigInt(time), line, key: `${time} ${labels} ${line}` }));
    })
    .toSorted((a, b) => (a.nanos === b.nanos ? 0 : a.nanos < b.nanos ? -sign : sign));
}

function dataOf(body: string, url: string): unknown {
  try {
    const parsed = z.object({ data: z.unknown() }).safeParse(JSON.parse(body));
    if (parsed.success) return parsed.data.data;
  } catch (error) {
    throw unreachable(url, `the answer is no JSON (${messageOf(error)})`, error);
  }
  throw unreachable(url, 'the answer is not that of a Loki');
}

function unreachable(url: string, what: string, cause?: unknown): AtelError {
  return new AtelError('unreachable', what, {
    where: url,
    fix: 'start it with `atel up`, or read the journal with --source journal',
    cause,
  });
}

/** The first line of a server's words, without control characters. */
function brief(body: string): string {
  return (
    (body.split('\n')[0] ?? '').replace(/\p{C}/gu, '?').slice(0, MAX_ERROR_CHARACTERS).trim() ||
    'no reason given'
  );
}
