/** `atel up`: Collector and Loki on this machine. */
import { buildCommand } from '@stricli/core';
import { updateConfigFile } from '../../config/load.ts';
import { copyOtlpEnv } from '../../config/otlp-env.ts';
import { startForwarder } from '../../forwarder/start.ts';
import { readTextIfExists } from '../../platform/files.ts';
import { type EndpointChange, pointExportAt } from '../../stack/endpoint.ts';
import { otherUsers } from '../../stack/other-users.ts';
import { createProgress } from '../../stack/progress.ts';
import { backupDirOf, lokiUrlOf, otlpUrlOf, stackSettings } from '../../stack/settings.ts';
import { bringUp, type UpResult } from '../../stack/up.ts';
import type { CliContext } from '../context.ts';
import { jsonFlag, numberFlag } from '../flags.ts';

interface Flags {
  readonly otlpPort?: number;
  readonly collectorHealthPort?: number;
  readonly collectorMetricsPort?: number;
  readonly lokiPort?: number;
  readonly lokiGrpcPort?: number;
  readonly json: boolean;
}

const portFlag = (flag: string, brief: string) =>
  ({ ...numberFlag(flag, 1, 65_535), brief, optional: true }) as const;

export const upCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Start Collector and Loki on this machine',
    fullDescription: [
      'Takes each from PATH or from the cache, or builds it with Go (once, about 12 minutes), starts it on loopback and',
      'waits until it is ready. What runs already is left alone. Telemetry is sent there from now on, unless the',
      'configuration file names another endpoint. Ports given here are kept in the configuration file.',
      '',
      'Examples:  atel up',
      '           atel up --loki-port 3200 --otlp-port 4320',
    ].join('\n'),
  },
  parameters: {
    flags: {
      otlpPort: portFlag('--otlp-port', 'Collector: OTLP over HTTP'),
      collectorHealthPort: portFlag('--collector-health-port', 'Collector: health'),
      collectorMetricsPort: portFlag('--collector-metrics-port', 'Collector: its own metrics'),
      lokiPort: portFlag('--loki-port', 'Loki: HTTP'),
      lokiGrpcPort: portFlag('--loki-grpc-port', 'Loki: gRPC, internal'),
      ...jsonFlag,
    },
  },
  async func(flags) {
    const { env, paths, cwd } = this;
    keepPorts(paths.configFile, flags);
    const settings = stackSettings(paths.stackDir, this.loadConfig().stack);
    const variables = copyOtlpEnv(env, { configFile: paths.configFile, by: 'up', cwd });
    const progress = createProgress(this.process.stderr);
    const result = await bringUp(settings, { cacheDir: paths.cacheDir, env, progress });
    const endpoint = pointExportAt(paths.configFile, otlpUrlOf(settings.ports), result.token);
    const forwarder = startForwarder(paths, env);
    const urls = { collector: otlpUrlOf(settings.ports), loki: lokiUrlOf(settings.ports) };
    const readers = otherUsers(readTextIfExists('/etc/passwd') ?? '', process.getuid?.());
    if (flags.json) {
      const parts = describeParts(result, urls);
      const document = {
        parts,
        backup_dir: backupDirOf(settings.dir),
        endpoint,
        forwarder: { pid: forwarder },
        other_users: readers,
      };
      return this.print(JSON.stringify(document));
    }
    for (const part of describeParts(result, urls))
      this.print(`${part.title} ${part.version}: ${part.how}, ${part.url}, pid ${part.pid} (${part.binary})`);
    this.print(`Backup file: ${backupDirOf(settings.dir)}/records.jsonl; logs and data: ${settings.dir}`);
    if (variables.length > 0)
      this.print(`${paths.configFile}: took ${variables.join(', ')} from the environment`);
    for (const line of describeEndpoint(endpoint, paths.configFile, urls.collector)) this.print(line);
    if (readers.length > 0)
      this.print(
        `Note: Loki has no login; other users of this machine can read it, add to it and stop it: ${readers.join(', ')}`,
      );
    this.print('Next: atel status     what runs, what waits');
    this.print('      atel tail       events as they happen');
    this.print('      atel down       stop both; the data stays');
  },
});

const PORT_KEYS = [
  ['otlpPort', 'otlp_port'],
  ['collectorHealthPort', 'collector_health_port'],
  ['collectorMetricsPort', 'collector_metrics_port'],
  ['lokiPort', 'loki_port'],
  ['lokiGrpcPort', 'loki_grpc_port'],
] as const;

/** Every later command must know the ports, so they go into the file and nowhere else. */
function keepPorts(configFile: string, flags: Flags): void {
  const changes = PORT_KEYS.flatMap(([flag, key]) =>
    flags[flag] === undefined ? [] : [[['stack', key], flags[flag]] as const],
  );
  if (changes.length > 0) updateConfigFile(configFile, changes);
}

function describeParts({ parts }: UpResult, urls: Readonly<Record<string, string>>) {
  return parts.map(({ part, how, pid, version, binary, from }) => ({
    name: part.name,
    title: part.title,
    how,
    pid,
    version,
    binary,
    from,
    url: urls[part.name] ?? '',
  }));
}

function describeEndpoint(change: EndpointChange, configFile: string, own: string): readonly string[] {
  if (change.kind === 'written') return [`Telemetry goes to ${change.url} from now on (${configFile})`];
  if (change.kind === 'unchanged') return [`Telemetry goes to ${change.url}`];
  return [
    `Telemetry still goes to ${change.url}, as ${configFile} says${change.from ? ` (from ${change.from})` : ''}`,
    `To send it to ${own} instead: remove \`export\` from that file and run atel up again`,
  ];
}
