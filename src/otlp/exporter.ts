/**
 * Records to an OTLP/HTTP endpoint, with an honest verdict: the SDK's exporter, delegate and JSON serializer, over a
 * transport of ours (`http-sender.ts`) at the place where the package lets one in.
 */
import {
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  OTLPExporterBase,
} from '@opentelemetry/otlp-exporter-base';
import { JsonLogsSerializer, LogsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ExportSettings, logsUrl, senderOptions } from './endpoint.ts';
import { createHttpSender } from './http-sender.ts';
import { type ExportVerdict, type HttpOutcome, toVerdict } from './verdict.ts';

export interface OtlpExporter {
  /** Where it sends, without a query, which may hold a key. */
  readonly endpoint: string;
  /** Sends one request and judges the answer; an empty list asks whether the endpoint works. One call at a time. */
  export(records: readonly ReadableLogRecord[]): Promise<ExportVerdict>;
  /** Breaks off what is under way. */
  shutdown(): Promise<void>;
}

/** Room for the delegate to forget the last request, which it does a moment after its callback. */
const CONCURRENCY_LIMIT = 2;
/** Shorter header values are no secrets, and too likely to stand in a message by chance. */
const MIN_SECRET_CHARS = 8;

/**
 * The exporter of a configuration; `undefined` when it names no endpoint. Reads no environment.
 * @throws AtelError input — an address, header or certificate file that cannot be used
 */
export function createOtlpExporter(settings: ExportSettings): OtlpExporter | undefined {
  const url = logsUrl(settings);
  if (!url) return undefined;
  const sender = createHttpSender(senderOptions(url, settings));
  const secrets = secretsOf(settings.headers);
  let verdict: ExportVerdict | undefined;

  const delegate = createOtlpNetworkExportDelegate(
    { timeoutMillis: settings.timeout_ms, concurrencyLimit: CONCURRENCY_LIMIT, compression: 'none' },
    JsonLogsSerializer,
    new ExporterMetrics<ReadableLogRecord[]>({
      componentType: 'otlp_http_json_log_exporter',
      metricsHelper: LogsExporterMetricsHelper,
      url: url.href,
      meterProvider: undefined,
      responseAttributesFromError: () => ({}),
    }),
    {
      async send(body) {
        verdict = toVerdict(withoutSecrets(await sender.post(body), secrets), Date.now());
        if (verdict.kind === 'accepted') return { status: 'success' };
        return { status: 'failure', error: new Error(verdict.message) };
      },
      shutdown: () => undefined,
    },
  );
  const exporter = new OTLPExporterBase(delegate);

  return {
    endpoint: url.origin + url.pathname,
    async export(records) {
      verdict = undefined;
      const result = await new Promise<{ error?: Error }>((done) => exporter.export([...records], done));
      if (verdict === undefined) throw result.error ?? new Error('the exporter ended without a verdict');
      return verdict;
    },
    async shutdown() {
      sender.close();
      await exporter.shutdown();
    },
  };
}

/** Header values, and their parts: the token of `Bearer <token>` may be echoed alone. */
function secretsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(headers)
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((value) => value.length >= MIN_SECRET_CHARS);
}

/** Servers quote what they refuse; their words go to logs and status. */
function withoutSecrets(outcome: HttpOutcome, secrets: readonly string[]): HttpOutcome {
  if (outcome.kind === 'failed') return outcome;
  return { ...outcome, body: secrets.reduce((text, secret) => text.replaceAll(secret, '***'), outcome.body) };
}
