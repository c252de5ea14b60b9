/** Where to send, and as whom: the configuration's `export` section, checked. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { createSecureContext } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { AtelError, errnoOf, messageOf } from '../platform/errors.ts';
import { readTextIfExists } from '../platform/files.ts';
import type { HttpSenderOptions } from './http-sender.ts';

export type ExportSettings = Config['export'];

/** Answers there are credentials of a cloud machine, never OTLP. */
const METADATA_SERVICES: ReadonlySet<string> = new Set(['169.254.169.254', '[fd00:ec2::254]']);

/**
 * The address for logs: `logs_endpoint` as it is, else `endpoint` with `/v1/logs` appended
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp). `undefined` when neither
 * is set.
 * @throws AtelError input — not http or https, credentials inside, or a cloud's metadata service; the message never
 *   repeats the address, which may hold a secret
 */
export function logsUrl(settings: Pick<ExportSettings, 'endpoint' | 'logs_endpoint'>): URL | undefined {
  const [key, text] =
    settings.logs_endpoint === undefined
      ? (['export.endpoint', settings.endpoint] as const)
      : (['export.logs_endpoint', settings.logs_endpoint] as const);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const refuse = (what: string, fix: string): AtelError => new AtelError('input', what, { where: key, fix });
  if (!url || !/^https?:$/.test(url.protocol))
    throw refuse('is no http or https address', 'set it to, for example, http://127.0.0.1:4318');
  if (url.username !== '' || url.password !== '')
    throw refuse('holds credentials', 'put them into export.headers');
  if (METADATA_SERVICES.has(url.hostname)) throw refuse('is a cloud metadata service', 'name a collector');
  if (key === 'export.endpoint') url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`;
  url.hash = '';
  return url;
}

/**
 * The sender's options, with certificates and key read from their files.
 * @throws AtelError input — a header that HTTP cannot carry, or a file that cannot be read or used
 */
export function senderOptions(url: URL, settings: ExportSettings): HttpSenderOptions {
  for (const [name, value] of Object.entries(settings.headers)) checkHeader(name, value);
  const ca = readPem('ca_file', settings.ca_file);
  const cert = readPem('client_certificate_file', settings.client_certificate_file);
  const key = readPem('client_key_file', settings.client_key_file);
  const pems = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  checkPems(pems);
  return {
    url,
    headers: settings.headers,
    compression: settings.compression,
    timeoutMillis: settings.timeout_ms,
    ...pems,
  };
}

/** What is wrong with a certificate should be said at the start, not at each request. */
function checkPems(pems: { ca?: string; cert?: string; key?: string }): void {
  try {
    createSecureContext(pems);
  } catch (error) {
    throw new AtelError('input', messageOf(error), {
      where: 'export.ca_file, client_certificate_file, client_key_file',
      fix: 'name PEM files, the key being the certificate’s own',
    });
  }
}

function checkHeader(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch {
    throw new AtelError('input', 'has a character that HTTP does not allow', {
      where: `export.headers.${name}`,
      fix: 'correct it',
    });
  }
}

function readPem(key: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const text = readTextIfExists(path);
    if (text !== undefined) return text;
    throw new AtelError('input', 'does not exist', { where: path, fix: `correct export.${key}` });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new AtelError('input', messageOf(error), { where: path, fix: 'make it readable to you' });
  }
}
