/**
 * Records to an OTLP/HTTP endpoint, with an honest verdict: the SDK's JSON serializer (`request-body.ts`) over a
 * transport of ours (`http-sender.ts`).
 */
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type ExportSettings, logsUrl, senderOptions } from './endpoint.ts';
import { createHttpSender } from './http-sender.ts';
import { encodeBody } from './request-body.ts';
import { type ExportVerdict, type HttpOutcome, toVerdict } from './verdict.ts';

export interface OtlpExporter {
  /** Where it sends, without a query, which may hold a key. */
  readonly endpoint: string;
  /** The body of a request: serialized at once, then compressed beside this thread. May be dropped. */
  readonly encode: (records: readonly ReadableLogRecord[]) => Promise<Uint8Array>;
  /** Sends one request and judges the answer. One call at a time. */
  readonly send: (body: Promise<Uint8Array>) => Promise<ExportVerdict>;
  /** Both; an empty list asks whether the endpoint works. */
  export(records: readonly ReadableLogRecord[]): Promise<ExportVerdict>;
  /** Breaks off what is under way. */
  shutdown(): Promise<void>;
}

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
  const encode: OtlpExporter['encode'] = (records) => encodeBody(records, settings.compression);
  const send: OtlpExporter['send'] = async (body) => {
    const outcome = await sender.post(await body);
    return toVerdict(withoutSecrets(outcome, secrets), Date.now());
  };
  return {
    endpoint: url.origin + url.pathname,
    encode,
    send,
    export: (records) => send(encode(records)),
    async shutdown() {
      sender.close();
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
