/** Wires delivery: journal → LogRecords → OTLP, and what comes back as records of our own. */
import { hostname } from 'node:os';
import type { Config } from '../config/schema.ts';
import type { Journal } from '../journal/journal.ts';
import { createDelivery, type Delivery, type DeliveryEvent } from '../otlp/deliver.ts';
import { createOtlpExporter, type OtlpExporter } from '../otlp/exporter.ts';
import { createResourceCache } from '../otlp/resource.ts';
import { systemClock } from '../platform/clock.ts';
import type { Paths } from '../platform/paths.ts';
import { VERSION } from '../platform/version.ts';
import { createOutlet } from './outlet.ts';
import { appendOwn, type Counters, type OwnIdentity, ownRecord } from './own-records.ts';

export interface Outbound {
  readonly delivery: Delivery;
  readonly exporter: OtlpExporter;
}

export interface OutboundDeps {
  readonly config: Config;
  readonly paths: Paths;
  readonly installId: string;
  readonly journal: Journal;
  readonly who: OwnIdentity;
  readonly counters: Counters;
}

/** Delivery to the configured endpoint; `undefined` when there is none, and the journal is the store. */
export function buildOutbound({
  config,
  paths,
  installId,
  journal,
  who,
  counters,
}: OutboundDeps): Outbound | undefined {
  const exporter = createOtlpExporter(config.export);
  if (!exporter) return undefined;
  const delivery = createDelivery({
    exporter,
    resources: createResourceCache({
      installId,
      version: VERSION,
      hostName: hostname(),
      platform: process.platform,
      deploymentEnvironment: config.deployment_environment,
    }),
    journal: createOutlet(paths.journalDir),
    deadLetterDir: paths.deadLetterDir,
    maxBatchRecords: config.export.max_batch_records,
    maxBatchBytes: config.export.max_batch_bytes,
    onEvent(event) {
      counters.rejected += event.kind === 'rejected' ? 1 : event.rejected;
      appendOwn(journal, [deliveryRecord(event, who)]);
    },
  });
  return { delivery, exporter };
}

function deliveryRecord(event: DeliveryEvent, who: OwnIdentity): ReturnType<typeof ownRecord> {
  const atNanos = systemClock();
  if (event.kind === 'partial') {
    const { batch, rejected, message, file } = event;
    const details = { rejected, records: batch.length, message: message.slice(0, 500), dead_letter: file };
    return ownRecord('delivery_partial', details, who, { level: 'ERROR', atNanos });
  }
  const { sealed, status, message, file } = event;
  const details = {
    record_id: sealed.record.id,
    record_seq: sealed.record.audit.seq,
    status,
    message: message.slice(0, 500),
    dead_letter: file,
  };
  return ownRecord('delivery_rejected', details, who, { level: 'ERROR', atNanos });
}
