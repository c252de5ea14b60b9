/** The parts of the stack as data. Another part is another entry here, with its folder of pins and settings. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { lokiUrlOf, type StackPorts, type StackSettings, tokenFileOf } from './settings.ts';

type PartName = 'collector' | 'loki';

/** One program to run while building, in the order of the list. */
export interface BuildStep {
  /** What the progress line says. */
  readonly says: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Relative to the work directory. */
  readonly cwd?: string;
}

export interface Part {
  readonly name: PartName;
  readonly title: string;
  /** Names it may have on PATH, best first. */
  readonly programs: readonly string[];
  /** Its folder in this package. */
  readonly home: string;
  /** What must hold of `--version`'s output: another program may have the same name. */
  readonly versionPattern: RegExp;
  /** Files in `home` that say what is built. */
  readonly pins: readonly string[];
  /** The settings file in `home`. */
  readonly config: string;
  /** Roughly how long a cold build takes on two cores. */
  readonly buildMinutes: number;
  configArgument(file: string): string;
  /** Arguments that make the program check a settings file and leave. */
  checkArguments(file: string): readonly string[];
  runArguments(file: string): readonly string[];
  environment(settings: StackSettings): Readonly<Record<string, string>>;
  /** The ports it listens on, by what they are for. */
  ports(ports: StackPorts): Readonly<Record<string, number>>;
  readyUrl(ports: StackPorts): string;
  /** Steps that leave the program as `<work>/<name>`; the pins lie in `<work>`. */
  buildSteps(work: string): readonly BuildStep[];
}

const folder = (name: string): string => fileURLToPath(new URL(`../../${name}/`, import.meta.url));
const GO_BUILD = ['build', '-buildvcs=false', '-trimpath', '-ldflags'] as const;

const manifestSchema = z.object({ dist: z.object({ version: z.string() }) });

/** The Collector's own version is that of its components, and of the builder that puts it together. */
function collectorVersion(): string {
  const text = readFileSync(join(folder('otel-collector'), 'builder.yaml'), 'utf8');
  return manifestSchema.parse(parse(text)).dist.version;
}

const LOKI_MODULE = 'github.com/grafana/loki/v3';

function lokiVersion(): string {
  const text = readFileSync(join(folder('loki'), 'go.mod'), 'utf8');
  return new RegExp(`\\s${LOKI_MODULE} v(\\S+)`).exec(text)?.[1] ?? 'unknown';
}

export const COLLECTOR: Part = {
  name: 'collector',
  title: 'OpenTelemetry Collector',
  programs: ['otelcol-atel', 'otelcol-contrib', 'otelcol'],
  home: folder('otel-collector'),
  versionPattern: /^otelcol\S* version v?(\S+)/,
  pins: ['builder.yaml'],
  config: 'config.yaml',
  buildMinutes: 3,
  configArgument: (file) => `--config=file:${file}`,
  checkArguments: (file) => ['validate', `--config=file:${file}`],
  runArguments: (file) => [`--config=file:${file}`],
  environment: ({ dir, ports }) => ({
    ATEL_COLLECTOR_DIR: join(dir, 'collector'),
    ATEL_TOKEN_FILE: tokenFileOf(dir),
    ATEL_OTLP_PORT: String(ports.otlp),
    ATEL_COLLECTOR_HEALTH_PORT: String(ports.collectorHealth),
    ATEL_COLLECTOR_METRICS_PORT: String(ports.collectorMetrics),
    ATEL_LOKI_URL: lokiUrlOf(ports),
  }),
  ports: (ports) => ({
    otlp: ports.otlp,
    health: ports.collectorHealth,
    metrics: ports.collectorMetrics,
  }),
  readyUrl: (ports) => `http://127.0.0.1:${ports.collectorHealth}/`,
  buildSteps: (work) => [
    {
      says: 'fetching the Collector builder',
      command: 'go',
      args: ['install', `go.opentelemetry.io/collector/cmd/builder@v${collectorVersion()}`],
    },
    {
      says: 'resolving the components',
      command: join(work, 'builder'),
      args: ['--skip-compilation', '--config', join(work, 'builder.yaml')],
    },
    {
      says: 'compiling',
      command: 'go',
      args: [...GO_BUILD, '-s -w', '-tags', 'grpcnotrace', '-o', join(work, 'collector'), '.'],
      cwd: 'otelcol',
    },
  ],
};

export const LOKI: Part = {
  name: 'loki',
  title: 'Loki',
  programs: ['loki'],
  home: folder('loki'),
  // Debian's package `loki` is a genetics program.
  versionPattern: /^loki, version v?(\S+)/,
  pins: ['go.mod', 'go.sum'],
  config: 'loki.yaml',
  buildMinutes: 8,
  configArgument: (file) => `-config.file=${file}`,
  checkArguments: (file) => [`-config.file=${file}`, '-config.expand-env=true', '-verify-config'],
  runArguments: (file) => [`-config.file=${file}`, '-config.expand-env=true'],
  environment: ({ dir, ports, lokiRetention }) => ({
    ATEL_LOKI_DIR: join(dir, 'loki'),
    ATEL_LOKI_PORT: String(ports.loki),
    ATEL_LOKI_GRPC_PORT: String(ports.lokiGrpc),
    ATEL_LOKI_RETENTION: lokiRetention === '0' ? '0s' : lokiRetention,
    ATEL_LOKI_RETENTION_ENABLED: String(lokiRetention !== '0'),
  }),
  ports: (ports) => ({ http: ports.loki, grpc: ports.lokiGrpc }),
  readyUrl: (ports) => `${lokiUrlOf(ports)}/ready`,
  buildSteps: (work) => [
    {
      says: 'compiling',
      command: 'go',
      args: [
        ...GO_BUILD,
        `-s -w -X ${LOKI_MODULE}/pkg/util/build.Version=${lokiVersion()}`,
        '-tags',
        'netgo,noasm',
        '-o',
        join(work, 'loki'),
        `${LOKI_MODULE}/cmd/loki`,
      ],
    },
  ],
};

/** Sinks before sources: the order of starting; stopping goes the other way. */
export const PARTS: readonly Part[] = [LOKI, COLLECTOR];

/** Names what would be built: 16 hex digits over the pins, the way of building and the platform. */
export function buildKey(part: Part, platform: string = `${process.platform}-${process.arch}`): string {
  const hash = createHash('sha256').update(platform);
  for (const pin of part.pins) hash.update('\0').update(readFileSync(join(part.home, pin)));
  for (const step of part.buildSteps('')) hash.update('\0').update(step.args.join('\0'));
  return hash.digest('hex').slice(0, 16);
}
