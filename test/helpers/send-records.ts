/** Sealed records to a running Collector, as delivery sends them. */
import type { SealedRecord } from '../../src/journal/record.ts';
import { createOtlpExporter } from '../../src/otlp/exporter.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import { exportSettings, resources } from '../otlp/samples.ts';
import type { TestStack } from './running-stack.ts';

const BATCH_RECORDS = 500;

/** @throws when a batch is not accepted as a whole */
export async function sendRecords(
  { url, token }: TestStack['collector'],
  records: readonly SealedRecord[],
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const exporter = createOtlpExporter(exportSettings({ endpoint: url, headers }));
  const cache = resources();
  for (let from = 0; from < records.length; from += BATCH_RECORDS) {
    const batch = records.slice(from, from + BATCH_RECORDS);
    const verdict = await exporter?.export(batch.map((each) => toLogRecord(each, cache.of(each.record))));
    if (verdict?.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(verdict)}`);
  }
  await exporter?.shutdown();
}
