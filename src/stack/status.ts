/** One document about everything that runs or waits on this machine. Field names are as `atel status --json` prints them. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { namesIn } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { livePidFile } from '../platform/processes.ts';
import { instanceFiles, instancePids, lastError, readPidFile } from './instance.ts';
import { type Part, PARTS } from './parts.ts';
import { backupDirOf, type StackSettings } from './settings.ts';
import { answers } from './ready.ts';

const METRICS_TIMEOUT_MILLIS = 2000;

/** `died`: it was started and has ended without `atel down`. */
type PartState = 'ready' | 'not ready' | 'stopped' | 'died';

export interface PartStatus {
  readonly name: string;
  readonly title: string;
  readonly state: PartState;
  readonly pids: readonly number[];
  readonly version?: string;
  readonly binary?: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly data_dir: string;
  readonly log_file: string;
  readonly last_error?: string;
}

interface QueueStatus {
  /** Waiting for Loki. */
  readonly bytes: number;
  readonly capacity_bytes: number;
  /** Given up since the Collector started: Loki refused them for good. */
  readonly refused_records: number;
}

export interface DirectorySize {
  readonly dir: string;
  readonly files: number;
  readonly bytes: number;
}

export interface StackStatus {
  readonly parts: readonly PartStatus[];
  /** Absent when the Collector does not answer. */
  readonly queue?: QueueStatus;
  readonly backup: DirectorySize;
  /** Where the forwarder sends to, and who wrote that; absent when nothing is set. */
  readonly endpoint?: { readonly url: string; readonly from: string };
  readonly forwarder: { readonly state: 'running' | 'not running'; readonly pid?: number };
  readonly spool: { readonly waiting: number; readonly quarantined: number; readonly lost: number };
  readonly journal: DirectorySize;
}

export interface StatusDeps {
  readonly paths: Paths;
  readonly settings: StackSettings;
  /** The `export` section of the configuration file itself: the forwarder does not see our environment. */
  readonly export: Config['export'];
}

/** Looks at everything once; nothing is changed, and nothing that is down is an error. */
export async function readStatus({ paths, settings, export: sending }: StatusDeps): Promise<StackStatus> {
  const parts = await Promise.all(PARTS.map((part) => partStatus(part, settings)));
  const queue = await readQueue(settings.ports.collectorMetrics);
  const url = sending.logs_endpoint ?? sending.endpoint;
  const forwarder = livePidFile(paths.pidFile);
  return {
    parts,
    ...(queue && { queue }),
    backup: directorySize(backupDirOf(settings.dir)),
    ...(url !== undefined && { endpoint: { url, from: sending.from ?? paths.configFile } }),
    forwarder: forwarder ? { state: 'running', pid: forwarder.pid } : { state: 'not running' },
    spool: {
      waiting: namesIn(paths.queueDir).length,
      quarantined: namesIn(paths.quarantineDir).length,
      lost: namesIn(paths.lostDir).length + namesIn(paths.fallbackLostDir).length,
    },
    journal: directorySize(paths.journalDir),
  };
}

async function partStatus(part: Part, settings: StackSettings): Promise<PartStatus> {
  const files = instanceFiles(part, settings.dir);
  const known = readPidFile(files.pidFile);
  const pids = instancePids(part, settings.dir);
  const state = await stateOf(part, settings, pids.length > 0, known !== undefined);
  const error = state === 'stopped' ? undefined : lastError(files.logFile);
  return {
    name: part.name,
    title: part.title,
    state,
    pids,
    ...(known && { version: known.version, binary: known.binary }),
    ports: known?.ports ?? part.ports(settings.ports),
    data_dir: files.dir,
    log_file: files.logFile,
    ...(error !== undefined && { last_error: error }),
  };
}

async function stateOf(
  part: Part,
  settings: StackSettings,
  runs: boolean,
  known: boolean,
): Promise<PartState> {
  if (!runs) return known ? 'died' : 'stopped';
  return (await answers(part.readyUrl(settings.ports))) ? 'ready' : 'not ready';
}

async function readQueue(metricsPort: number): Promise<QueueStatus | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, {
      signal: AbortSignal.timeout(METRICS_TIMEOUT_MILLIS),
    });
    const text = await response.text();
    const bytes = sumOf(text, 'otelcol_exporter_queue_size');
    return bytes === undefined
      ? undefined
      : {
          bytes,
          capacity_bytes: sumOf(text, 'otelcol_exporter_queue_capacity') ?? 0,
          refused_records: sumOf(text, 'otelcol_exporter_send_failed_log_records') ?? 0,
        };
  } catch {
    return undefined;
  }
}

/** The sum of a metric over its label sets (Prometheus text format); the name may end in `_total`. */
function sumOf(text: string, name: string): number | undefined {
  const pattern = new RegExp(`^${name}(?:_total)?(?:\\{[^\\n]*\\})? (\\S+)$`, 'gm');
  const values = [...text.matchAll(pattern)].map((match) => Number(match[1]));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

function directorySize(dir: string): DirectorySize {
  const sizes = namesIn(dir).map((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0);
  return { dir, files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
