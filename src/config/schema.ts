/**
 * The configuration file (`config.yaml`), one strict schema: an unknown key is an error that names it. Every field has
 * a default, so that no file at all is a valid configuration.
 */
import * as z from 'zod';
import { CAPTURE_LEVELS } from '../journal/record.ts';

const port = (fallback: number) => z.int().min(1).max(65535).default(fallback);

const agentSchema = z
  .strictObject({
    id: z.string().min(1).max(128).optional().describe('agent_id of the main agent; default `main`'),
    type: z.string().min(1).max(128).default('claude-code'),
    group: z
      .string()
      .min(1)
      .max(128)
      .default('default')
      .describe('a Loki index label: keep it low in number'),
    role: z.string().min(1).max(128).default('primary'),
    instance_id: z.string().min(1).max(128).optional(),
  })
  .prefault({});

const exportSchema = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('OTLP/HTTP base; `/v1/logs` is appended'),
    logs_endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('full URL for logs, used as it is'),
    headers: z.record(z.string(), z.string()).default({}),
    ca_file: z.string().optional(),
    client_certificate_file: z.string().optional(),
    client_key_file: z.string().optional(),
    compression: z.enum(['gzip', 'none']).default('gzip'),
    timeout_ms: z.int().min(100).max(600_000).default(10_000),
    max_batch_records: z.int().min(1).max(512).default(512),
    max_batch_bytes: z.int().min(65_536).max(4_194_304).default(4_194_304),
    from: z.string().optional().describe('where `endpoint` came from; written by `init` and `up`'),
  })
  .prefault({});

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 168 };

function hoursOf(age: string): number {
  return Number.parseInt(age, 10) * (HOURS[age.slice(-1)] ?? 0);
}

const stackSchema = z
  .strictObject({
    otlp_port: port(4318),
    collector_health_port: port(13133),
    collector_metrics_port: port(8888),
    loki_port: port(3100),
    loki_grpc_port: port(9095),
    loki_retention: z
      .string()
      .regex(/^(0|\d+[hdw])$/)
      .refine((age) => age === '0' || hoursOf(age) >= 24, 'is below 24h, the least that Loki allows')
      .default('0')
      .describe('0 keeps for ever; else e.g. 720h, at least 24h'),
  })
  .prefault({});

const forwarderSchema = z
  .strictObject({
    idle_seconds: z.number().positive().default(600).describe('leave after so long without an event'),
    heartbeat_seconds: z.number().positive().default(60),
    scan_millis: z.int().min(10).default(250).describe('interval of the spool scan beside fs.watch'),
    segment_bytes: z.int().min(4096).default(67_108_864),
  })
  .prefault({});

const configSchema = z.strictObject({
  capture_level: z.enum(CAPTURE_LEVELS).default('redacted'),
  deployment_environment: z.string().min(1).default('local'),
  agent: agentSchema,
  project: z
    .strictObject({
      group: z.string().optional(),
      scope: z.enum(['project', 'multi-project', 'organization']).default('project'),
      workspace_id: z.string().optional(),
      additional_directories: z.array(z.string()).default([]).describe('in scope beside the project root'),
    })
    .prefault({}),
  workflow_id: z.string().optional(),
  coordination_mode: z.enum(['parallel', 'sequential', 'independent']).optional(),
  export: exportSchema,
  forwarder: forwarderSchema,
  stack: stackSchema,
});

/** What the program works with: every default filled in. */
export type Config = z.output<typeof configSchema>;

/** The schema of the file as JSON Schema, by which the documentation is checked against it. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

export type ConfigParse =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problem: string };

/** Checks a parsed file; the problem names each offending key in one line. */
export function parseConfig(value: unknown): ConfigParse {
  const result = configSchema.safeParse(value ?? {});
  if (result.success) return { ok: true, config: result.data };
  const problem = result.error.issues
    .map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`)
    .join(', ');
  return { ok: false, problem };
}
