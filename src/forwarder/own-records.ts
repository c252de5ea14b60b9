/** Chained records about ourselves: that we started, still live, stopped, and what went wrong. */
import { randomUUID } from 'node:crypto';
import { formatNanos } from '../platform/clock.ts';
import type { Journal } from '../journal/journal.ts';
import { type DraftRecord, type Level, RECORD_VERSION } from '../journal/record.ts';

export type OwnRecordKind =
  | 'genesis'
  | 'forwarder_start'
  | 'forwarder_stop'
  | 'heartbeat'
  | 'loss'
  | 'foreign_file'
  | 'torn_tail'
  | 'clock'
  | 'delivery_rejected'
  | 'delivery_partial'
  | 'purge';

/** What a record about ourselves stands on. */
export interface OwnIdentity {
  readonly host: string;
  readonly user: string;
  readonly telemetryVersion: string;
}

interface OwnRecordOptions {
  readonly level?: Level;
  /** Same cause, same id, so that a crash does not tell it twice. */
  readonly id?: string;
  readonly atNanos: bigint;
}

/** A record with `hook_event: "Audit"`; `details` become `action_details`, `kind` first. */
export function ownRecord(
  kind: OwnRecordKind,
  details: Readonly<Record<string, unknown>>,
  who: OwnIdentity,
  { level = 'INFO', id = randomUUID(), atNanos }: OwnRecordOptions,
): DraftRecord {
  return {
    v: RECORD_VERSION,
    id,
    timestamp: formatNanos(atNanos),
    level,
    event_type: 'audit',
    hook_event: 'Audit',
    action_details: { kind, ...details },
    metadata: { telemetry_version: who.telemetryVersion, user_id: who.user, host: who.host },
    audit: {},
  };
}

/** Journals records of our own; no spool file could bring them again, so their ids need not be remembered. */
export function appendOwn(journal: Journal, drafts: readonly DraftRecord[]): void {
  journal.append(drafts);
  journal.settle(drafts.map(({ id }) => id));
}

/** What the forwarder has seen since it started; every heartbeat carries it. */
export interface Counters {
  received: number;
  journaled: number;
  duplicates: number;
  quarantined: number;
  lost: number;
  foreign: number;
  unknown_events: number;
  unknown_tools: number;
  unknown_fields: number;
  misfit_fields: number;
  sent: number;
  rejected: number;
}

/** All zero. */
export function createCounters(): Counters {
  return {
    received: 0,
    journaled: 0,
    duplicates: 0,
    quarantined: 0,
    lost: 0,
    foreign: 0,
    unknown_events: 0,
    unknown_tools: 0,
    unknown_fields: 0,
    misfit_fields: 0,
    sent: 0,
    rejected: 0,
  };
}
