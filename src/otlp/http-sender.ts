/**
 * One POST at a time over `node:http`. The transport of `@opentelemetry/otlp-exporter-base` hides the status and
 * Retry-After, retries by itself where nobody can stop it, and bounds silence but not the whole exchange.
 */
import * as http from 'node:http';
import * as https from 'node:https';
import { errnoOf, messageOf } from '../platform/errors.ts';
import { VERSION } from '../platform/version.ts';
import type { HttpOutcome } from './verdict.ts';

export interface HttpSenderOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the bodies that it is given. */
  readonly compression: 'gzip' | 'none';
  /** Bounds the whole exchange, from connecting to the last byte of the answer. */
  readonly timeoutMillis: number;
  /** PEM: trusted authorities instead of the system's, and our own certificate with its key. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface HttpSender {
  /** Never rejects; redirects are answers like any other. */
  post(body: Uint8Array): Promise<HttpOutcome>;
  /** Breaks off what is under way and closes the connection. */
  close(): void;
}

/** More of an answer is not read: an OTLP answer is short. */
const MAX_ANSWER_BYTES = 65_536;

/** Proxy variables of the environment are not read; no certificate check can be switched off. */
export function createHttpSender(options: HttpSenderOptions): HttpSender {
  const secure = options.url.protocol === 'https:';
  const { ca, cert, key } = options;
  const agent = secure
    ? new https.Agent({
        keepAlive: true,
        maxSockets: 1,
        // Explicit, since NODE_TLS_REJECT_UNAUTHORIZED in the environment would change the default.
        rejectUnauthorized: true,
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
      })
    : new http.Agent({ keepAlive: true, maxSockets: 1 });
  const request = secure ? https.request : http.request;
  let current: http.ClientRequest | undefined;
  let closed = false;

  const exchange = (payload: Uint8Array): Promise<HttpOutcome> =>
    new Promise((resolve) => {
      const sent = request(options.url, {
        method: 'POST',
        agent,
        headers: {
          'User-Agent': `agent-telemetry/${VERSION}`,
          ...options.headers,
          'Content-Type': 'application/json',
          'Content-Length': payload.length,
          ...(options.compression === 'gzip' && { 'Content-Encoding': 'gzip' }),
        },
      });
      current = sent;
      const deadline = setTimeout(() => {
        resolve({ kind: 'failed', message: `no whole answer within ${options.timeoutMillis} ms` });
        sent.destroy();
      }, options.timeoutMillis);
      const finish = (outcome: HttpOutcome | Promise<HttpOutcome>): void => {
        clearTimeout(deadline);
        resolve(outcome);
      };
      sent.on('error', (error) => {
        // The server closed an idle connection in the moment we used it again: nobody's fault.
        const stale = sent.reusedSocket && errnoOf(error) === 'ECONNRESET';
        finish(stale ? exchange(payload) : failed(error));
      });
      sent.on('response', (answer) => readAnswer(answer, finish));
      sent.end(payload);
    });

  return {
    async post(body) {
      return closed ? failed(new Error('stopped')) : exchange(body);
    },
    close() {
      closed = true;
      current?.destroy(new Error('stopped'));
      agent.destroy();
    },
  };
}

function readAnswer(answer: http.IncomingMessage, finish: (outcome: HttpOutcome) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const done = (): void => {
    const body = Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
    finish({ kind: 'answer', status: answer.statusCode ?? 0, headers: answer.headers, body });
  };
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size <= MAX_ANSWER_BYTES) return;
    done();
    answer.destroy();
  });
  answer.on('end', done);
  answer.on('error', (error) => finish(failed(error)));
}

function failed(error: unknown): HttpOutcome {
  const code = errnoOf(error);
  // A refused connection to a name with two addresses has a code but no message.
  const message = messageOf(error) || code || 'the connection failed';
  return { kind: 'failed', message, ...(code !== undefined && { code }) };
}
