import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { createLokiClient } from '../../src/query/loki-client.ts';
import { createLokiSource } from '../../src/query/loki-source.ts';
import type { RecordSource } from '../../src/query/record-source.ts';
import { wholeSession, writeJournal } from '../helpers/records.ts';

/** An entry of Loki: the name of its stream, its time in nanoseconds, its line. */
type Entry = readonly [stream: string, nanos: bigint, line: string];

let dir: string;
let server: Server;
let entries: readonly Entry[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://loki');
    const [start, end] = ['start', 'end'].map((name) => BigInt(searchParams.get(name) ?? 0));
    const result = entries
      .filter(([, nanos]) => nanos >= (start ?? 0n) && nanos < (end ?? 0n))
      .map(([name, nanos, line]) => ({ stream: { name }, values: [[String(nanos), line]] }));
    response.end(JSON.stringify({ data: { resultType: 'streams', result } }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

function loki(): RecordSource {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const client = createLokiClient(`http://127.0.0.1:${port}`);
  return createLokiSource({ client, clock: systemClock, note: () => {} });
}

async function linesOf(records: ReturnType<RecordSource['records']>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { line } of records) lines.push(line);
  return lines;
}

describe('Loki as a source', () => {
  it('gives records in journal order, each once, or as they stand there', async () => {
    const lines = writeJournal(join(dir, 'journal'), wholeSession()).map(({ line }) => line);
    const now = systemClock();
    const arrived = [...lines.toReversed(), ...lines.slice(0, 3)];
    entries = arrived.map((line, i) => [i < lines.length ? 'one' : 'two', now + BigInt(i), line]);
    expect(await linesOf(loki().records({}))).toEqual(lines);
    expect(await linesOf(loki().stored({}))).toEqual(arrived);
  });
});
