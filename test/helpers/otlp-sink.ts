/**
 * A real OTLP/HTTP sink over node:http(s) on loopback. It decodes what it gets, keeps it, and answers as told:
 *
 *   const sink = await startOtlpSink();                       // accepts everything
 *   sink.answer(status(503), reset());                        // the next two requests, then as before
 *   sink.behave(refusePoison('POISON', 400));                 // every request from now on
 *   sink.accepted                                             // records of requests answered with a plain 200 {}
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';

const anyValue = z.union([
  z.strictObject({ stringValue: z.string() }).transform((value) => value.stringValue),
  z.strictObject({ boolValue: z.boolean() }).transform((value) => value.boolValue),
  z.strictObject({ intValue: z.union([z.int(), z.string()]) }).transform((value) => Number(value.intValue)),
  z.strictObject({ doubleValue: z.number() }).transform((value) => value.doubleValue),
]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: anyValue }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const logRecord = z.strictObject({
  timeUnixNano: z.string().regex(/^\d+$/),
  observedTimeUnixNano: z.string().regex(/^\d+$/),
  severityNumber: z.int(),
  severityText: z.string(),
  body: z.strictObject({ stringValue: z.string() }).transform((value) => value.stringValue),
  eventName: z.string(),
  attributes,
  droppedAttributesCount: z.int(),
  flags: z.int().optional(),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
});
const scope = z.strictObject({ name: z.string(), version: z.string() });
/** As strict as OTLP JSON lets a receiver be: what passes here passes a Collector. */
const exportRequest = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes, droppedAttributesCount: z.int() }),
      scopeLogs: z.array(z.strictObject({ scope, logRecords: z.array(logRecord) })),
    }),
  ),
});

type SinkRecord = z.output<typeof logRecord> & {
  readonly resource: Readonly<Record<string, string | number | boolean>>;
};

interface SinkRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** On the wire, and decoded. */
  readonly wireBytes: number;
  readonly bytes: number;
  /** One entry per `resourceLogs` element. */
  readonly resources: readonly Readonly<Record<string, string | number | boolean>>[];
  readonly records: readonly SinkRecord[];
  /** Why the request is no valid OTLP JSON. It is answered with 400 then. */
  readonly invalid?: string;
}

/** Answers one request in its own way; true when that means that the records were accepted. */
export type SinkAnswer = (request: SinkRequest, response: ServerResponse) => boolean;

export interface OtlpSink {
  /** The base for `export.endpoint`. */
  readonly url: string;
  readonly port: number;
  /** Everything that came, in order. */
  readonly requests: readonly SinkRequest[];
  /** The records that were accepted, in order, with duplicates. */
  readonly accepted: readonly SinkRecord[];
  /** Answers for the next requests, one each. */
  answer(...next: readonly SinkAnswer[]): void;
  /** The answer for all others. */
  behave(answer: SinkAnswer): void;
  /** Open connections now. */
  connections(): number;
  /** Closes every connection; clients in between see a reset. */
  close(): Promise<void>;
}

/**
 * @param options.tls key and certificate for https; with `ca` and `requestCert` for mTLS
 * @param options.port to come back at the same place after `close`
 */
export async function startOtlpSink(options: { tls?: TlsOptions; port?: number } = {}): Promise<OtlpSink> {
  const requests: SinkRequest[] = [];
  const accepted: SinkRecord[] = [];
  const scripted: SinkAnswer[] = [];
  const sockets = new Set<Socket>();
  let standing: SinkAnswer = accept();

  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = decode(incoming, Buffer.concat(chunks));
      requests.push(request);
      const answer =
        request.invalid === undefined ? (scripted.shift() ?? standing) : status(400, request.invalid);
      if (answer(request, response)) accepted.push(...request.records);
    });
  };
  const server: Server = options.tls ? createTlsServer(options.tls, onRequest) : createServer(onRequest);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done));
  const { port } = z.object({ port: z.int() }).parse(server.address()) satisfies Partial<AddressInfo>;

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    accepted,
    answer: (...next) => void scripted.push(...next),
    behave: (answer) => {
      standing = answer;
    },
    connections: () => sockets.size,
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function decode(incoming: IncomingMessage, wire: Buffer): SinkRequest {
  const { url: path = '', headers } = incoming;
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(wire) : wire;
  const envelope = { path, headers, wireBytes: wire.length, bytes: body.length };
  try {
    const { resourceLogs } = exportRequest.parse(JSON.parse(body.toString('utf8')));
    return {
      ...envelope,
      resources: resourceLogs.map(({ resource }) => resource.attributes),
      records: resourceLogs.flatMap(({ resource, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) =>
          logRecords.map((record) => ({ ...record, resource: resource.attributes })),
        ),
      ),
    };
  } catch (error) {
    return { ...envelope, resources: [], records: [], invalid: String(error) };
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** 200 with an OTLP answer, as a Collector gives it. */
export function accept(body = '{"partialSuccess":{}}'): SinkAnswer {
  return (_request, response) => {
    response.writeHead(200, JSON_TYPE).end(body);
    return true;
  };
}

/** 200, but `rejected` records were dropped. */
export function partial(rejected: number, message: string): SinkAnswer {
  return (_request, response) => {
    const partialSuccess = { rejectedLogRecords: String(rejected), errorMessage: message };
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ partialSuccess }));
    return false;
  };
}

/** Any status, with a google.rpc.Status as OTLP asks for. */
export function status(code: number, message = 'told so', headers: Record<string, string> = {}): SinkAnswer {
  return raw(code, JSON.stringify({ code: 3, message }), { ...JSON_TYPE, ...headers });
}

/** Exactly this answer; never counted as accepted. */
export function raw(code: number, body: string, headers: Record<string, string> = {}): SinkAnswer {
  return (_request, response) => {
    response.writeHead(code, headers).end(body);
    return false;
  };
}

/** A captive portal. */
export function html200(): SinkAnswer {
  return raw(200, '<!doctype html><title>Please log in</title>', { 'Content-Type': 'text/html' });
}

/** Closes the connection with RST instead of answering. */
export function reset(): SinkAnswer {
  return (_request, response) => {
    response.socket?.resetAndDestroy();
    return false;
  };
}

/** 200 and the beginning of a body, then RST. */
export function resetMidBody(): SinkAnswer {
  return (_request, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'Content-Length': '21' });
    response.write('{"partial', () => response.socket?.resetAndDestroy());
    return false;
  };
}

/** Never answers. */
export function blackHole(): SinkAnswer {
  return () => false;
}

/** One byte of the answer at a time. */
export function slow(millisPerByte: number): SinkAnswer {
  return (_request, response) => {
    const body = '{"partialSuccess":{}}';
    response.writeHead(200, { ...JSON_TYPE, 'Content-Length': String(body.length) });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < body.length && !response.destroyed) response.write(body.charAt(sent++));
      else {
        clearInterval(timer);
        response.end();
      }
    }, millisPerByte);
    return false;
  };
}

/** Refuses the whole request when one body holds the mark. */
export function refusePoison(mark: string, code: 400 | 413): SinkAnswer {
  return (request, response) => {
    const bad = request.records.find((record) => record.body.includes(mark));
    return (bad ? status(code, `bad record ${String(bad.attributes['log.record.uid'])}`) : accept())(
      request,
      response,
    );
  };
}

/** Refuses requests of more than so many decoded bytes; a Collector says 400 where most say 413. */
export function refuseOver(bytes: number, code: 400 | 413 = 413): SinkAnswer {
  return (request, response) =>
    (request.bytes > bytes ? status(code, 'request body too large') : accept())(request, response);
}
