/** Journal → accepted, with gzip to a sink in another process, against the bare exporter on the same records. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonLogsSerializer, LogsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { createOutlet } from '../../src/forwarder/outlet.ts';
import type { JournaledRecord } from '../../src/journal/record.ts';
import { createDelivery } from '../../src/otlp/deliver.ts';
import { createOtlpExporter } from '../../src/otlp/exporter.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import { createResourceCache } from '../../src/otlp/resource.ts';
import { parseConfig } from '../../src/config/schema.ts';
import { writeJournal } from './journal-of.ts';
import { type BenchResult, claim, markdownTable, median } from './stats.ts';

const RECORDS = 20_480;
const BATCH = 512;
const ROUNDS = 5;
/** Until V8 compiles no more: the rate of a long journal, not of its first second. */
const WARM_UP_ROUNDS = 2;
const SINK = fileURLToPath(new URL('./sink.ts', import.meta.url));

const base = {
  installId: 'bench',
  version: '0',
  hostName: 'bench',
  platform: process.platform,
  deploymentEnvironment: 'bench',
};

export async function benchDelivery(): Promise<BenchResult> {
  const root = mkdtempSync(join(tmpdir(), 'atel-bench-'));
  const sink = spawn(process.execPath, [SINK], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await new Promise<string>((resolve) =>
      sink.stdout.once('data', (data: Buffer) => resolve(data.toString().trim())),
    );
    const endpoint = `http://127.0.0.1:${port}`;
    const journal = join(root, 'journal');
    await writeJournal(journal, RECORDS);
    const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      times.bare.push(await bare(journal, endpoint));
      times.ours.push(await ours(journal, join(root, `dead-${round}`), endpoint));
    }
    const [own = 0, other = 0] = [times.ours, times.bare].map((all) => median(all.slice(WARM_UP_ROUNDS)));
    const rate = (millis: number): string => Math.round((RECORDS / millis) * 1000).toLocaleString('en');
    const rows = [
      ['journal files → accepted, cursor fsynced', rate(own), (own / other).toFixed(2)],
      ['bare exporter, records ready in memory', rate(other), '1.00'],
    ];
    return {
      title: 'Delivery, journal to accepted',
      text: `${RECORDS.toLocaleString('en')} records of the recorded mix, gzip, ${BATCH} a request, sink in another process; median of ${ROUNDS}, in turns, after ${WARM_UP_ROUNDS} to warm up.\n\n${markdownTable(['path', 'records/s', '÷ bare'], rows)}`,
      claims: [
        claim('records per second', (RECORDS / own) * 1000, '≥', 20_000, 0),
        claim('time ÷ bare exporter', own / other, '≤', 2),
      ],
    };
  } finally {
    sink.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

async function ours(journalDir: string, deadLetterDir: string, endpoint: string): Promise<number> {
  rmSync(join(journalDir, 'cursor.json'), { force: true });
  const parsed = parseConfig({ export: { endpoint } });
  if (!parsed.ok) throw new Error(parsed.problem);
  const exporter = createOtlpExporter(parsed.config.export);
  if (!exporter) throw new Error('no exporter');
  const { max_batch_records: maxBatchRecords, max_batch_bytes: maxBatchBytes } = parsed.config.export;
  const resources = createResourceCache(base);
  const delivery = createDelivery({
    exporter,
    resources,
    journal: createOutlet(journalDir),
    deadLetterDir,
    maxBatchRecords,
    maxBatchBytes,
    onEvent: () => undefined,
  });
  const begin = performance.now();
  for (let step = await delivery.step(); step.kind !== 'idle'; step = await delivery.step()) {
    if (step.kind !== 'sent') throw new Error(`delivery: ${JSON.stringify(step)}`);
  }
  const took = performance.now() - begin;
  await exporter.shutdown();
  return took;
}

async function bare(journalDir: string, endpoint: string): Promise<number> {
  const resources = createResourceCache(base);
  const outlet = createOutlet(journalDir);
  const batches: ReadableLogRecord[][] = [];
  const ready = (one: JournaledRecord) => toLogRecord(one, resources.of(one.record));
  for (
    let { mapped, cursor } = outlet.readBatch(undefined, BATCH, 1e9, ready);
    mapped.length > 0;
    { mapped, cursor } = outlet.readBatch(cursor, BATCH, 1e9, ready)
  ) {
    batches.push([...mapped]);
  }
  const delegate = createOtlpHttpExportDelegate<ReadableLogRecord[], unknown>(
    {
      url: `${endpoint}/v1/logs`,
      headers: () => Promise.resolve({ 'Content-Type': 'application/json' }),
      timeoutMillis: 10_000,
      concurrencyLimit: 2,
      compression: 'gzip',
      agentFactory: (protocol) =>
        import(protocol === 'http:' ? 'node:http' : 'node:https').then(
          ({ Agent }) => new Agent({ keepAlive: true }),
        ),
    },
    JsonLogsSerializer,
    'otlp_http_json_log_exporter',
    LogsExporterMetricsHelper,
    undefined,
  );
  const exporter = new OTLPExporterBase(delegate);
  const begin = performance.now();
  for (const batch of batches) {
    await new Promise<void>((resolve, reject) => {
      exporter.export(batch, ({ error }) => (error === undefined ? resolve() : reject(error)));
    });
  }
  const took = performance.now() - begin;
  await exporter.shutdown();
  return took;
}
