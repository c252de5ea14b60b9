import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SealedRecord } from '../../src/journal/record.ts';
import type { JournalOutlet } from '../../src/otlp/batches.ts';
import {
  createDelivery,
  type Delivery,
  type DeliveryEvent,
  type DeliveryStep,
} from '../../src/otlp/deliver.ts';
import { createOtlpExporter, type OtlpExporter } from '../../src/otlp/exporter.ts';
import * as sinkOf from '../helpers/otlp-sink.ts';
import { arrayJournal, exportSettings, resources, sample, samples } from './samples.ts';

const MAX_BYTES = 4_194_304;

let dir: string;
let sink: sinkOf.OtlpSink;
let clock: number;
let events: DeliveryEvent[];
const exporters: OtlpExporter[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  sink = await sinkOf.startOtlpSink();
  clock = 1_000;
  events = [];
});
afterEach(async () => {
  await Promise.all(exporters.splice(0).map((exporter) => exporter.shutdown()));
  await sink.close();
  rmSync(dir, { recursive: true });
});

const deadLetters = (): string[] => readdirSync(join(dir, 'dead')).toSorted();
const letter = (name: string): unknown => JSON.parse(readFileSync(join(dir, 'dead', name), 'utf8'));
const cursor = (): number => arrayJournal([], join(dir, 'cursor')).loadCursor();
const acceptedIds = (): unknown[] => sink.accepted.map((record) => record.attributes['log.record.uid']);
const idsOf = (records: readonly SealedRecord[]): string[] => records.map(({ record }) => record.id);

/** A delivery as a fresh process would make it, of a clock that the test moves. */
function deliveryOf(
  records: readonly SealedRecord[],
  limits: { records?: number; bytes?: number } = {},
  readBatch?: JournalOutlet<number>['readBatch'],
): Delivery {
  const exporter = createOtlpExporter(exportSettings({ endpoint: sink.url, timeout_ms: 500 }));
  if (!exporter) throw new Error('no endpoint');
  exporters.push(exporter);
  return createDelivery({
    exporter,
    resources: resources(),
    journal: { ...arrayJournal(records, join(dir, 'cursor')), ...(readBatch && { readBatch }) },
    deadLetterDir: join(dir, 'dead'),
    onEvent: (event) => events.push(event),
    maxBatchRecords: limits.records ?? 512,
    maxBatchBytes: limits.bytes ?? MAX_BYTES,
    now: () => clock,
    random: () => 0.5,
  });
}

/** Steps until there is nothing to do, or it has to wait. */
async function run(delivery: Delivery): Promise<DeliveryStep> {
  for (let count = 0; count < 500; count++) {
    const step = await delivery.step();
    if (step.kind === 'idle' || step.kind === 'waiting') return step;
  }
  throw new Error('it spins');
}

describe('createDelivery', () => {
  it('sends the whole journal in order and in batches, then is idle', async () => {
    const records = samples(1200);
    const delivery = deliveryOf(records);
    expect(await run(delivery)).toEqual({ kind: 'idle' });
    expect(sink.requests.map((request) => request.records.length)).toEqual([512, 512, 176]);
    expect(sink.accepted.map(({ body }) => body)).toEqual(records.map(({ line }) => line));
    expect(cursor()).toBe(1200);
    expect(delivery.status()).toEqual({ rejected: 0 });
  });

  it('reads on while a request is under way, and is told the answer even when what follows is damaged', async () => {
    const records = samples(4);
    const array = arrayJournal(records, join(dir, 'cursor'));
    let reads = 0;
    const requestsAtRead: number[] = [];
    const delivery = deliveryOf(records, { records: 2 }, (after, maxRecords, maxBytes, map) => {
      requestsAtRead.push(sink.requests.length);
      if (++reads > 1) throw new Error('the segment is cut');
      return array.readBatch(after, maxRecords, maxBytes, map);
    });
    expect(await delivery.step()).toEqual({ kind: 'sent', records: 2 });
    expect(requestsAtRead).toEqual([0, 0]);
    expect(cursor()).toBe(2);
    await expect(delivery.step()).rejects.toThrow('the segment is cut');
  });

  it('goes on where the process before it stopped, and sends what is appended later', async () => {
    const records = samples(3);
    await run(deliveryOf(records));
    const delivery = deliveryOf(records);
    expect(await delivery.step()).toEqual({ kind: 'idle' });
    records.push(sample(4));
    expect(await delivery.step()).toEqual({ kind: 'sent', records: 1 });
    expect(acceptedIds()).toEqual(idsOf(records));
  });

  it('keeps requests under the byte limit, though never less than a record', async () => {
    const records = Array.from({ length: 40 }, (_, index) => sample(index, 'x'.repeat(40_000)));
    await run(deliveryOf(records, { bytes: 262_144 }));
    expect(sink.requests.length).toBeGreaterThan(10);
    for (const request of sink.requests) expect(request.bytes).toBeLessThanOrEqual(262_144);
    const tight = deliveryOf([...records, sample(41, 'y'.repeat(40_000))], { bytes: 1000 });
    expect(await tight.step()).toEqual({ kind: 'sent', records: 1 });
  });
});

describe('while the endpoint takes nothing', () => {
  it.each([
    ['503', sinkOf.status(503)],
    ['429', sinkOf.status(429)],
    ['500', sinkOf.status(500)],
    ['401', sinkOf.status(401)],
    ['404', sinkOf.status(404)],
    ['a redirect', sinkOf.status(302, '', { Location: 'http://127.0.0.1:1/' })],
    ['a captive portal', sinkOf.html200()],
    ['a reset', sinkOf.reset()],
    ['a reset in the middle of a success', sinkOf.resetMidBody()],
    ['silence', sinkOf.blackHole()],
  ])('moves nothing for %s, says why, and sends all of it afterwards', async (_name, answer) => {
    const records = samples(5);
    const delivery = deliveryOf(records);
    sink.behave(answer);
    const step = await run(delivery);
    expect(step).toMatchObject({ kind: 'waiting', millis: 1500, problem: expect.any(String) });
    expect(cursor()).toBe(0);
    expect(delivery.status()).toEqual({ rejected: 0, problem: expect.any(String) });
    sink.behave(sinkOf.accept());
    clock += 1500;
    expect(await run(delivery)).toEqual({ kind: 'idle' });
    expect(acceptedIds()).toEqual(idsOf(records));
    expect(delivery.status()).not.toHaveProperty('problem');
    expect(events).toEqual([]);
  });

  it('waits longer each time up to a minute, sends nothing while waiting, and never gives up', async () => {
    const records = samples(2);
    const delivery = deliveryOf(records);
    sink.behave(sinkOf.status(503));
    const waits: number[] = [];
    for (let day = 0; day < 3 * 1440; day++) {
      const step = await delivery.step();
      if (step.kind !== 'waiting') throw new Error(step.kind);
      expect(await delivery.step()).toEqual(step);
      waits.push(step.millis);
      clock += step.millis;
      if (waits.length === 60) break;
    }
    expect(waits.slice(0, 7)).toEqual([1500, 2500, 4500, 8500, 16_500, 30_500, 30_500]);
    expect(sink.requests).toHaveLength(60);
    sink.behave(sinkOf.accept());
    await run(delivery);
    expect(acceptedIds()).toEqual(idsOf(records));
  });

  it('reads the batch that it sends, and none ahead, until something is accepted again', async () => {
    const records = samples(6);
    const array = arrayJournal(records, join(dir, 'cursor'));
    const read: number[] = [];
    const delivery = deliveryOf(records, { records: 2 }, (after, maxRecords, maxBytes, map) => {
      read.push(after);
      return array.readBatch(after, maxRecords, maxBytes, map);
    });
    sink.behave(sinkOf.status(503));
    for (let tries = 0; tries < 3; tries++) {
      await delivery.step();
      clock += 60_000;
    }
    expect(read).toEqual([0, 2, 4, 0, 0]);
    sink.behave(sinkOf.accept());
    await run(delivery);
    expect(read.slice(5, 8)).toEqual([0, 2, 4]);
    expect(acceptedIds()).toEqual(idsOf(records));
  });

  it('obeys Retry-After, but for no longer than fifteen minutes', async () => {
    const delivery = deliveryOf(samples(1));
    sink.answer(
      sinkOf.status(429, '', { 'Retry-After': '120' }),
      sinkOf.status(503, '', { 'Retry-After': '9999999' }),
    );
    expect(await delivery.step()).toMatchObject({ kind: 'waiting', millis: 120_000 });
    clock += 120_000;
    expect(await delivery.step()).toMatchObject({ kind: 'waiting', millis: 900_000 });
  });

  it('survives the sink going away for good and coming back', async () => {
    const records = samples(700);
    const delivery = deliveryOf(records);
    await delivery.step();
    const { port } = sink;
    const before = acceptedIds();
    await sink.close();
    expect(await run(delivery)).toMatchObject({
      kind: 'waiting',
      problem: expect.stringContaining('ECONNREFUSED'),
    });
    sink = await sinkOf.startOtlpSink({ port });
    clock += 60_000;
    expect(await run(delivery)).toEqual({ kind: 'idle' });
    expect([...before, ...acceptedIds()]).toEqual(idsOf(records));
  });
});

describe('a record that the server refuses', () => {
  it.each([1, 2, 255, 256, 257, 300, 511, 512])(
    'is found among 512 at place %i in a few requests',
    async (place) => {
      const records = samples(512, (seq) => (seq === place ? 'POISON' : ''));
      const delivery = deliveryOf(records);
      sink.behave(sinkOf.refusePoison('POISON', 400));
      expect(await run(delivery)).toEqual({ kind: 'idle' });
      expect(acceptedIds()).toEqual(idsOf(records.filter((_, index) => index !== place - 1)));
      expect(sink.requests.length).toBeLessThanOrEqual(20);
      expect(cursor()).toBe(512);
      const [sealed] = records.slice(place - 1, place);
      const message = `status 400: bad record ${sealed?.record.id}`;
      expect(events).toMatchObject([{ kind: 'rejected', sealed, status: 400, message }]);
      const name = `${place}-${sealed?.record.id}.json`;
      expect(deadLetters()).toEqual([name]);
      expect(letter(name)).toMatchObject({ kind: 'rejected', status: 400, message, line: sealed?.line });
      expect(statSync(join(dir, 'dead', name)).mode & 0o777).toBe(0o600);
      expect(delivery.status()).toEqual({ rejected: 1 });
    },
  );

  it('is found when it is the only one there is', async () => {
    sink.behave(sinkOf.refusePoison('POISON', 400));
    expect(await run(deliveryOf([sample(1, 'POISON')]))).toEqual({ kind: 'idle' });
    expect(deadLetters()).toHaveLength(1);
    // The record, then the question whether the endpoint works at all.
    expect(sink.requests.map((request) => request.records.length)).toEqual([1, 0]);
  });

  it('does not hide the next ones, whether they stand alone or in a row', async () => {
    const bad = new Set([3, 4, 5, 100, 511]);
    const records = samples(600, (seq) => (bad.has(seq) ? 'POISON' : ''));
    sink.behave(sinkOf.refusePoison('POISON', 400));
    expect(await run(deliveryOf(records))).toEqual({ kind: 'idle' });
    expect(deadLetters()).toHaveLength(5);
    expect(new Set(acceptedIds())).toEqual(new Set(idsOf(records.filter((_, index) => !bad.has(index + 1)))));
  });

  it('is found after 413, too', async () => {
    const records = samples(512, (seq) => (seq === 200 ? 'POISON' : ''));
    sink.behave(sinkOf.refusePoison('POISON', 413));
    expect(await run(deliveryOf(records))).toEqual({ kind: 'idle' });
    expect(events).toMatchObject([{ kind: 'rejected', status: 413 }]);
    expect(new Set(acceptedIds()).size).toBe(511);
  });

  it('is still found when the endpoint goes away in the middle of the search', async () => {
    const records = samples(512, (seq) => (seq === 77 ? 'POISON' : ''));
    sink.behave(sinkOf.refusePoison('POISON', 400));
    const delivery = deliveryOf(records);
    for (let count = 0; count < 4; count++) await delivery.step();
    sink.answer(sinkOf.status(503), sinkOf.html200());
    expect((await run(delivery)).kind).toBe('waiting');
    clock += 60_000;
    expect((await run(delivery)).kind).toBe('waiting');
    clock += 60_000;
    expect((await run(delivery)).kind).toBe('idle');
    expect(deadLetters()).toHaveLength(1);
    expect(acceptedIds()).toEqual(idsOf(records.filter((_, index) => index !== 76)));
  });

  it('is blamed on the endpoint when that refuses everything', async () => {
    const records = samples(100);
    const delivery = deliveryOf(records);
    sink.behave(sinkOf.status(400, 'client sent an HTTP request to an HTTPS server'));
    for (let day = 0; day < 5; day++) {
      expect(await run(delivery)).toMatchObject({
        kind: 'waiting',
        problem: expect.stringContaining('every request'),
      });
      clock += 60_000;
    }
    expect(cursor()).toBe(0);
    expect(events).toEqual([]);
    sink.behave(sinkOf.accept());
    await run(delivery);
    expect(acceptedIds()).toEqual(idsOf(records));
  });

  it('is found by its neighbour when the endpoint takes no empty request', async () => {
    const records = [sample(1, 'POISON'), sample(2)];
    sink.behave((request, response) =>
      (request.records.length === 0 ? sinkOf.status(422) : sinkOf.refusePoison('POISON', 400))(
        request,
        response,
      ),
    );
    expect(await run(deliveryOf(records))).toEqual({ kind: 'idle' });
    expect(deadLetters()).toHaveLength(1);
    expect(new Set(acceptedIds())).toEqual(new Set(idsOf(records.slice(1))));
  });

  it('is not reported again when it is such a report', async () => {
    const report = sample(1, '', {
      hook_event: 'Audit',
      action_details: { kind: 'delivery_rejected', command: 'POISON' },
    });
    sink.behave(sinkOf.refusePoison('POISON', 400));
    await run(deliveryOf([report]));
    expect(deadLetters()).toHaveLength(1);
    expect(events).toEqual([]);
  });

  it('stays in the journal when it cannot be kept aside', async () => {
    const delivery = deliveryOf([sample(1, 'POISON')]);
    sink.behave(sinkOf.refusePoison('POISON', 400));
    mkdirSync(join(dir, 'dead'), { mode: 0o700 });
    // A directory where the letter's temporary file would go.
    mkdirSync(join(dir, 'dead', `1-${sample(1).record.id}.json.${process.pid}.tmp`));
    expect(await delivery.step()).toMatchObject({
      kind: 'waiting',
      problem: expect.stringContaining('EISDIR'),
    });
    expect(cursor()).toBe(0);
  });
});

describe('a server with a size limit of its own', () => {
  it.each([400, 413] as const)(
    'that says %i gets smaller requests from then on, and everything in order',
    async (code) => {
      const records = Array.from({ length: 1000 }, (_, index) => sample(index + 1, 'x'.repeat(1000)));
      sink.behave(sinkOf.refuseOver(300_000, code));
      const delivery = deliveryOf(records);
      expect(await run(delivery)).toEqual({ kind: 'idle' });
      expect(acceptedIds()).toEqual(idsOf(records));
      expect(sink.requests.length - sink.accepted.length / 64).toBeLessThan(20);
      expect(sink.requests.filter((request) => request.bytes > 300_000).length).toBeLessThan(6);
      expect(events).toEqual([]);
    },
  );
});

describe('a partial success', () => {
  it('is never sent again, but kept aside, counted and reported', async () => {
    const records = samples(10);
    const delivery = deliveryOf(records, { records: 5 });
    sink.answer(sinkOf.partial(2, 'too old'));
    expect(await delivery.step()).toEqual({ kind: 'set_aside', records: 5 });
    expect(await run(delivery)).toEqual({ kind: 'idle' });
    expect(sink.requests).toHaveLength(2);
    expect(events).toMatchObject([
      { kind: 'partial', rejected: 2, message: 'too old', batch: records.slice(0, 5) },
    ]);
    expect(deadLetters()).toEqual(['1-5-partial.json']);
    expect(letter('1-5-partial.json')).toMatchObject({
      kind: 'partial',
      rejected: 2,
      message: 'too old',
      stream: '3f1c2a9e-0000-4000-8000-000000000001/1',
      ids: idsOf(records.slice(0, 5)),
    });
    expect(delivery.status()).toEqual({ rejected: 2 });
  });

  it('is not reported again when only reports were in it', async () => {
    const report = sample(1, '', { hook_event: 'Audit', action_details: { kind: 'delivery_rejected' } });
    sink.behave(sinkOf.partial(1, 'no'));
    await run(deliveryOf([report]));
    expect(events).toEqual([]);
  });

  it.each([
    ['another record was in it', { hook_event: 'Audit' }, 2],
    ['an event of an agent only says it is one', { hook_event: 'PostToolUse' }, 1],
  ])('is reported when %s', async (_what, change, count) => {
    const report = sample(1, '', { action_details: { kind: 'delivery_rejected' }, ...change });
    sink.answer(sinkOf.partial(1, 'no'));
    await run(deliveryOf([report, sample(2)].slice(0, count)));
    expect(events).toMatchObject([{ kind: 'partial', rejected: 1 }]);
  });

  it('never counts more records than were sent', async () => {
    const delivery = deliveryOf(samples(3));
    sink.answer(sinkOf.partial(1_000, 'no'));
    await run(delivery);
    expect(delivery.status()).toEqual({ rejected: 3 });
  });
});

it('tells what the server said beside accepting, until it accepts without a word', async () => {
  const records = samples(1);
  const delivery = deliveryOf(records);
  sink.answer(sinkOf.accept('{"partialSuccess":{"errorMessage":"use protobuf"}}'));
  await run(delivery);
  expect(delivery.status()).toEqual({ rejected: 0, warning: 'use protobuf' });
  records.push(sample(2));
  await run(delivery);
  expect(delivery.status()).toEqual({ rejected: 0 });
});

it('sends again what was accepted when the cursor could not be saved', async () => {
  const records = samples(2);
  mkdirSync(join(dir, 'cursor'));
  const delivery = deliveryOf(records);
  expect(await delivery.step()).toMatchObject({
    kind: 'waiting',
    problem: expect.stringContaining('EISDIR'),
  });
  rmSync(join(dir, 'cursor'), { recursive: true });
  writeFileSync(join(dir, 'cursor'), '0');
  clock += 60_000;
  await run(delivery);
  expect(acceptedIds()).toEqual([...idsOf(records), ...idsOf(records)]);
  expect(cursor()).toBe(2);
});
