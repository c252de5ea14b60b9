/**
 * What an answer to an OTLP export means. The protocol's own reading is too kind for an audit trail: a partial success,
 * and a captive portal's HTML page, both come with status 200 (otel-js.md §1.4). Source for the codes: opentelemetry-proto
 * docs/specification.md.
 */
import * as z from 'zod';

export type ExportVerdict =
  /** The only proof that every record has arrived. */
  | { readonly kind: 'accepted'; readonly warning?: string }
  /** Some were refused for good; nobody says which, and OTLP forbids to send again. */
  | { readonly kind: 'partial'; readonly rejected: number; readonly message: string }
  /** The request as a whole was refused; one bad record, or sheer size, may be why. */
  | { readonly kind: 'split'; readonly status: 400 | 413; readonly message: string }
  /** A fault of the configuration, on either side; no record is to blame. */
  | { readonly kind: 'not_otlp' | 'auth' | 'misconfigured'; readonly message: string }
  /** The same request may succeed another time. */
  | { readonly kind: 'later'; readonly message: string; readonly retryAfterMillis?: number };

/** What came back from the wire. */
export type HttpOutcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      readonly body: string;
    }
  | { readonly kind: 'failed'; readonly code?: string; readonly message: string };

/** Statuses with which servers acknowledge without a body; 204 is Loki's. */
const EMPTY_SUCCESS: ReadonlySet<number> = new Set([200, 202, 204]);
const CONFIGURATION_FAULTS: ReadonlySet<number> = new Set([404, 405, 415]);
/** Node's codes for a peer that is not who it should be, wants a certificate, or speaks no TLS. */
const TLS_FAULT = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO)/;
/** Node's HTTP parser: the peer speaks another protocol. */
const NOT_HTTP = /^HPE_/;

const MAX_MESSAGE_CHARS = 512;

/** ExportLogsServiceResponse in OTLP JSON; int64 is a decimal string or a number. */
const responseSchema = z.object({
  partialSuccess: z
    .object({
      rejectedLogRecords: z.union([z.int().nonnegative(), z.string().regex(/^\d{1,15}$/)]).default(0),
      errorMessage: z.string().default(''),
    })
    .nullish(),
});

/**
 * Judges one answer. Kept apart from sending, so that every case is a value.
 * @param now wall clock in milliseconds since the epoch, for a Retry-After that is a date
 */
export function toVerdict(outcome: HttpOutcome, now: number): ExportVerdict {
  if (outcome.kind === 'failed') return judgeFailure(outcome.code ?? '', outcome.message);
  const { status, headers, body } = outcome;
  if (status >= 200 && status <= 299) return judgeSuccess(status, headers, body);
  const message = `status ${status}${describe(body)}`;
  if (status === 400 || status === 413) return { kind: 'split', status, message };
  if (status === 401 || status === 403) return { kind: 'auth', message };
  if (status >= 300 && status <= 399)
    return { kind: 'misconfigured', message: `status ${status}, a redirect, is not followed` };
  if (CONFIGURATION_FAULTS.has(status)) return { kind: 'misconfigured', message };
  const retryAfterMillis = parseRetryAfter(headers['retry-after'], now);
  return { kind: 'later', message, ...(retryAfterMillis !== undefined && { retryAfterMillis }) };
}

function judgeFailure(code: string, words: string): ExportVerdict {
  const message = printable(words);
  if (TLS_FAULT.test(code)) return { kind: 'misconfigured', message: `TLS: ${message}` };
  if (NOT_HTTP.test(code)) return { kind: 'not_otlp', message: `the answer is not HTTP: ${message}` };
  return { kind: 'later', message };
}

function judgeSuccess(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): ExportVerdict {
  if (body === '') return judgeEmpty(status, headers);
  const answer = parseJson(body);
  const response = responseSchema.safeParse(answer);
  // An object of other fields only, `{"error":"…"}`, would pass as an OTLP answer with unknown fields.
  if (!response.success || (!('partialSuccess' in response.data) && !isEmptyObject(answer)))
    return { kind: 'not_otlp', message: `status ${status}, but no OTLP answer${describe(body)}` };
  const { rejectedLogRecords = 0, errorMessage = '' } = response.data.partialSuccess ?? {};
  const message = printable(errorMessage);
  const rejected = Number(rejectedLogRecords);
  if (rejected > 0) return { kind: 'partial', rejected, message };
  return message === '' ? { kind: 'accepted' } : { kind: 'accepted', warning: message };
}

/**
 * No body at all is the Protobuf form of an empty answer, and Loki's 204. It is taken for one only when the server
 * says that it meant it so, and noted as a warning: a proxy could say the same.
 */
function judgeEmpty(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ExportVerdict {
  const type = String(headers['content-type'] ?? '');
  const meant = status === 204 || headers['content-length'] === '0';
  if (EMPTY_SUCCESS.has(status) && meant && !type.includes('html'))
    return { kind: 'accepted', warning: `status ${status} without an OTLP answer` };
  return { kind: 'not_otlp', message: `status ${status} without an OTLP answer` };
}

/** Seconds or a date (RFC 9110 §10.2.3); `undefined` for what is neither. */
function parseRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const millis = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(millis) && millis > 0 ? millis : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

const statusSchema = z.object({ message: z.string() });

/** The server's own words: google.rpc.Status as OTLP asks for, else the text. */
function describe(body: string): string {
  const status = statusSchema.safeParse(parseJson(body));
  const text = printable(status.success ? status.data.message : body);
  return text === '' ? '' : `: ${text}`;
}

/** One line, without controls, of bounded length. */
function printable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_MESSAGE_CHARS)
    .toWellFormed();
}
