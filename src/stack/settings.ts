/** Where the parts of the stack keep their things, and on which ports they listen. */
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';

export interface StackPorts {
  readonly otlp: number;
  readonly collectorHealth: number;
  readonly collectorMetrics: number;
  readonly loki: number;
  readonly lokiGrpc: number;
}

export interface StackSettings {
  /** One directory for everything of the stack: data, logs, pid files, token. */
  readonly dir: string;
  readonly ports: StackPorts;
  /** `0` keeps for ever; else a duration as Loki spells it, e.g. `720h`. */
  readonly lokiRetention: string;
}

/** The settings that the configuration file asks for. */
export function stackSettings(dir: string, stack: Config['stack']): StackSettings {
  return {
    dir,
    lokiRetention: stack.loki_retention,
    ports: {
      otlp: stack.otlp_port,
      collectorHealth: stack.collector_health_port,
      collectorMetrics: stack.collector_metrics_port,
      loki: stack.loki_port,
      lokiGrpc: stack.loki_grpc_port,
    },
  };
}

/** The bearer token that the Collector asks of its senders, 0600. */
export function tokenFileOf(stackDir: string): string {
  return join(stackDir, 'token');
}

/** The Collector's backup: `records.jsonl` and, rotated away, `records-<time>.jsonl`; one OTLP/JSON request a line. */
export function backupDirOf(stackDir: string): string {
  return join(stackDir, 'collector', 'backup');
}

/** What OTLP clients use as their endpoint. */
export function otlpUrlOf(ports: StackPorts): string {
  return `http://127.0.0.1:${ports.otlp}`;
}

/** Base URL of Loki's API. */
export function lokiUrlOf(ports: StackPorts): string {
  return `http://127.0.0.1:${ports.loki}`;
}
