import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseNanos } from '../../src/platform/clock.ts';
import { ALL_RECORDS, isLogQuery } from '../../src/query/logql.ts';
import { createLokiClient, type LokiClient } from '../../src/query/loki-client.ts';
import { sealRecordings } from '../helpers/sealed-recordings.ts';
import { sendRecords } from '../helpers/send-records.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const page = readFileSync(
  fileURLToPath(new URL('../../examples/single-agent/queries.md', import.meta.url)),
  'utf8',
);
const queries = [...page.matchAll(/^```logql\n(.*?)\n```/gms)].map(([, query = '']) => query);

/** Around the moment at which the recordings are said to have been captured. */
const START = parseNanos('2026-11-22T19:59:59Z') ?? 0n;
const END = parseNanos('2026-11-22T20:00:30Z') ?? 0n;

describe.skipIf(!stackParts)(
  'the queries of examples/single-agent, on a recorded session in the real Loki',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'atel-examples-'));
    let stack: TestStack;
    let client: LokiClient;

    beforeAll(async () => {
      stack = await startStack({ dir: join(dir, 'stack') });
      client = createLokiClient(stack.loki.url);
      const sealed = await sealRecordings('everything');
      await sendRecords(stack.collector, sealed);
      await vi.waitFor(async () => expect(await logs(ALL_RECORDS)).toHaveLength(sealed.length), {
        timeout: 60_000,
        interval: 250,
      });
    });
    afterAll(async () => {
      await stack.stop();
      rmSync(dir, { recursive: true, force: true });
    });

    function logs(query: string) {
      return client.logs({ query, start: START, end: END, limit: 1000, direction: 'forward' });
    }

    it('are found on the page', () => {
      expect(queries.length).toBeGreaterThanOrEqual(14);
    });

    it.each(queries)('%s finds something', async (query) => {
      if (isLogQuery(query)) expect((await logs(query)).length).toBeGreaterThan(0);
      else expect((await client.metric(query, END)).result.length).toBeGreaterThan(0);
    });
  },
);
