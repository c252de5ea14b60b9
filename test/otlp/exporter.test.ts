import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportSettings } from '../../src/otlp/endpoint.ts';
import { createOtlpExporter, type OtlpExporter } from '../../src/otlp/exporter.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import * as sinkOf from '../helpers/otlp-sink.ts';
import { exportSettings, FULL_RECORD, resources, sample, seal } from './samples.ts';

const cache = resources();
const logRecords = (...sealed: ReturnType<typeof seal>[]) =>
  sealed.map((one) => toLogRecord(one, cache.of(one.record)));
const ONE = logRecords(sample(1));

let sink: sinkOf.OtlpSink;
const exporters: OtlpExporter[] = [];

function exporterOf(settings: Partial<ExportSettings> = {}): OtlpExporter {
  const exporter = createOtlpExporter(exportSettings({ endpoint: sink.url, ...settings }));
  if (!exporter) throw new Error('no endpoint');
  exporters.push(exporter);
  return exporter;
}

beforeEach(async () => {
  sink = await sinkOf.startOtlpSink();
});
afterEach(async () => {
  await Promise.all(exporters.splice(0).map((exporter) => exporter.shutdown()));
  await sink.close();
});

describe('what goes over the wire', () => {
  it('is gzipped OTLP JSON that a strict receiver reads, body and nanoseconds unharmed', async () => {
    const full = seal(FULL_RECORD);
    expect(await exporterOf().export(logRecords(full))).toEqual({ kind: 'accepted' });
    const [request] = sink.requests;
    expect(request?.path).toBe('/v1/logs');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect(request?.wireBytes).toBeLessThan((request?.bytes ?? 0) / 2);
    expect(sink.accepted[0]).toMatchObject({
      body: full.line,
      timeUnixNano: '1795378461123456789',
      observedTimeUnixNano: '1795378461223456780',
      traceId: FULL_RECORD.correlation?.trace_id,
      spanId: FULL_RECORD.correlation?.span_id,
      flags: 1,
      eventName: 'agent_telemetry.post_tool_use',
      resource: { 'agent.id': 'a1b2c3', 'service.name': 'claude-telemetry' },
    });
  });

  it('is plain when compression is off, with the configured headers', async () => {
    await exporterOf({
      compression: 'none',
      headers: { Authorization: 'Bearer abc', 'X-Scope-OrgID': 'g' },
    }).export(ONE);
    const [request] = sink.requests;
    expect(request?.headers).toMatchObject({ authorization: 'Bearer abc', 'x-scope-orgid': 'g' });
    expect(request?.headers).not.toHaveProperty('content-encoding');
    expect(request?.wireBytes).toBe(request?.bytes);
  });

  it('names each session and agent once, however their records are mixed', async () => {
    const mixed = Array.from({ length: 30 }, (_, index) =>
      sample(index, '', {
        agent_context: { agent_id: `agent-${index % 3}` },
        session_context: { session_id: `s-${index % 2}`, root_session: 's-0' },
      }),
    );
    await exporterOf().export(logRecords(...mixed));
    expect(sink.requests[0]?.resources).toHaveLength(6);
    expect(sink.requests[0]?.records).toHaveLength(30);
  });

  it('uses one connection for many requests, and none after shutdown', async () => {
    const exporter = exporterOf();
    for (let count = 0; count < 5; count++) await exporter.export(ONE);
    expect(sink.connections()).toBe(1);
    await exporter.shutdown();
    await expect.poll(() => sink.connections()).toBe(0);
  });

  it('asks with an empty request whether the endpoint works', async () => {
    expect(await exporterOf().export([])).toEqual({ kind: 'accepted' });
    expect(sink.requests[0]?.resources).toEqual([]);
  });
});

describe('the verdict on an answer', () => {
  const verdictOf = (answer: sinkOf.SinkAnswer, settings: Partial<ExportSettings> = {}) => {
    sink.behave(answer);
    return exporterOf(settings).export(ONE);
  };

  it.each([
    ['an OTLP answer', sinkOf.accept()],
    ['an empty OTLP answer', sinkOf.accept('{}')],
    ['nothing rejected', sinkOf.accept('{"partialSuccess":{"rejectedLogRecords":"0"}}')],
    ['a null partial success', sinkOf.accept('{"partialSuccess":null}')],
  ])('accepts %s', async (_name, answer) => {
    expect(await verdictOf(answer)).toEqual({ kind: 'accepted' });
  });

  it('accepts with a warning what the server accepted with words', async () => {
    const body = '{"partialSuccess":{"errorMessage":"use\\nprotobuf"}}';
    expect(await verdictOf(sinkOf.accept(body))).toEqual({ kind: 'accepted', warning: 'use protobuf' });
  });

  it.each([
    ['204, as Loki does', sinkOf.raw(204, '')],
    ['200 and length 0', sinkOf.raw(200, '', { 'Content-Length': '0' })],
    ['202 and length 0', sinkOf.raw(202, '', { 'Content-Length': '0' })],
  ])('accepts with a warning an answer that says it is empty: %s', async (_name, answer) => {
    expect(await verdictOf(answer)).toMatchObject({ kind: 'accepted', warning: expect.any(String) });
  });

  it('tells how many were rejected, and the reason', async () => {
    expect(await verdictOf(sinkOf.partial(3, 'too old'))).toEqual({
      kind: 'partial',
      rejected: 3,
      message: 'too old',
    });
  });

  it.each([
    ['an HTML page', sinkOf.html200()],
    ['an empty HTML page', sinkOf.raw(200, '', { 'Content-Length': '0', 'Content-Type': 'text/html' })],
    ['JSON that is no OTLP answer', sinkOf.raw(200, '{"error":"no such tenant"}')],
    ['a JSON list', sinkOf.raw(200, '[]')],
    ['a partial success of another shape', sinkOf.raw(200, '{"partialSuccess":{"rejectedLogRecords":-1}}')],
    ['207 with an HTML page', sinkOf.raw(207, '<multistatus/>')],
    ['260, with which Loki tells of a block', sinkOf.raw(260, 'ingestion blocked')],
    ['an empty 207', sinkOf.raw(207, '', { 'Content-Length': '0' })],
    ['an empty 200 of unknown length', sinkOf.raw(200, '', { 'Transfer-Encoding': 'chunked' })],
    ['two megabytes of something', sinkOf.raw(200, 'x'.repeat(2_000_000))],
  ])('takes a success with %s for no success', async (_name, answer) => {
    expect(await verdictOf(answer)).toMatchObject({ kind: 'not_otlp' });
  });

  it.each([400, 413] as const)(
    'asks for smaller requests after %i, in the words of the server',
    async (status) => {
      const verdict = await verdictOf(sinkOf.status(status, 'bad value'));
      expect(verdict).toEqual({ kind: 'split', status, message: `status ${status}: bad value` });
    },
  );

  it.each([401, 403])('blames the credentials for %i', async (status) => {
    expect(await verdictOf(sinkOf.status(status))).toMatchObject({ kind: 'auth' });
  });

  it.each([404, 405, 415])('blames the configuration for %i', async (status) => {
    expect(await verdictOf(sinkOf.status(status))).toMatchObject({ kind: 'misconfigured' });
  });

  it.each([301, 302, 307, 308])(
    'does not follow a redirect with %i, and sends credentials nowhere else',
    async (status) => {
      const other = await sinkOf.startOtlpSink();
      const verdict = await verdictOf(sinkOf.status(status, '', { Location: `${other.url}/v1/logs` }));
      expect(verdict).toMatchObject({ kind: 'misconfigured', message: expect.stringContaining('redirect') });
      expect(other.requests).toEqual([]);
      await other.close();
    },
  );

  it.each([408, 409, 429, 500, 502, 503, 504])('keeps everything for later after %i', async (status) => {
    expect(await verdictOf(sinkOf.status(status))).toEqual({
      kind: 'later',
      message: `status ${status}: told so`,
    });
    expect(sink.requests).toHaveLength(1);
  });

  it('passes on Retry-After in seconds and as a date, and ignores nonsense', async () => {
    const retryAfter = async (value: string) => {
      const verdict = await verdictOf(sinkOf.status(503, '', { 'Retry-After': value }));
      return verdict.kind === 'later' ? verdict.retryAfterMillis : verdict;
    };
    expect(await retryAfter('7')).toBe(7000);
    expect(await retryAfter(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(55_000);
    expect(await retryAfter('soon')).toBeUndefined();
    expect(await retryAfter('-5')).toBeUndefined();
  });

  it.each([
    ['a reset', sinkOf.reset()],
    ['a reset in the middle of a success', sinkOf.resetMidBody()],
  ])('keeps everything for later after %s', async (_name, answer) => {
    expect(await verdictOf(answer)).toMatchObject({ kind: 'later' });
  });

  it.each([
    ['never answers', sinkOf.blackHole()],
    ['sends one byte at a time', sinkOf.slow(50)],
  ])('gives a server that %s only so long, and leaves no connection behind', async (_name, answer) => {
    const started = performance.now();
    const verdict = await verdictOf(answer, { timeout_ms: 300 });
    expect(verdict).toEqual({ kind: 'later', message: 'no whole answer within 300 ms' });
    expect(performance.now() - started).toBeLessThan(900);
    await expect.poll(() => sink.connections()).toBe(0);
  });

  it('keeps everything for later when nobody listens, or the name is unknown', async () => {
    await sink.close();
    expect(await exporterOf().export(ONE)).toMatchObject({
      kind: 'later',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
    const unknown = exporterOf({ endpoint: 'http://collector.invalid:4318' });
    expect(await unknown.export(ONE)).toMatchObject({ kind: 'later' });
  });

  it('works again after each failure, on the same exporter', async () => {
    const exporter = exporterOf({ timeout_ms: 300 });
    sink.answer(sinkOf.reset(), sinkOf.blackHole(), sinkOf.resetMidBody(), sinkOf.status(503));
    const kinds: string[] = [];
    for (let count = 0; count < 5; count++) kinds.push((await exporter.export(ONE)).kind);
    expect(kinds).toEqual(['later', 'later', 'later', 'later', 'accepted']);
  });

  it('sends once more at once when the server had closed the idle connection', async () => {
    const exporter = exporterOf();
    await exporter.export(ONE);
    sink.answer(sinkOf.reset());
    expect(await exporter.export(ONE)).toEqual({ kind: 'accepted' });
    expect(sink.requests).toHaveLength(3);
  });

  it('breaks off at shutdown what is under way', async () => {
    sink.behave(sinkOf.blackHole());
    const exporter = exporterOf();
    const pending = exporter.export(ONE);
    await expect.poll(() => sink.requests.length).toBe(1);
    await exporter.shutdown();
    expect(await pending).toMatchObject({ kind: 'later' });
  });

  it('sends nothing at shutdown or after it, not even what is being compressed', async () => {
    const exporter = exporterOf();
    const pending = exporter.export(ONE);
    await exporter.shutdown();
    expect(await pending).toEqual({ kind: 'later', message: 'stopped' });
    expect(await exporter.export(ONE)).toEqual({ kind: 'later', message: 'stopped' });
    expect(sink.requests).toEqual([]);
  });

  it('never repeats credentials that a server echoes', async () => {
    const headers = { Authorization: 'Bearer s3cr3t-t0ken', 'X-Api-Key': 'k3y-k3y-k3y' };
    const echo = 'bad: Bearer s3cr3t-t0ken or s3cr3t-t0ken or k3y-k3y-k3y';
    for (const answer of [sinkOf.status(401, echo), sinkOf.raw(200, echo), sinkOf.partial(1, echo)]) {
      const verdict = JSON.stringify(await verdictOf(answer, { headers }));
      expect(verdict).toContain('bad: ');
      expect(verdict).not.toMatch(/s3cr3t|k3y-k3y/);
    }
  });

  it('makes one printable line of whatever the server says', async () => {
    const verdict = await verdictOf(sinkOf.raw(500, `a\u001b[31m\r\nb\u202e${'c'.repeat(10_000)}`));
    expect(verdict).toMatchObject({ message: expect.stringMatching(/^status 500: a \[31m b c{100,}$/) });
    expect(JSON.stringify(verdict).length).toBeLessThan(700);
  });
});
