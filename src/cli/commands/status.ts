/** `atel status`: what runs, where telemetry goes, and what waits. */
import { buildCommand } from '@stricli/core';
import { loadConfig } from '../../config/load.ts';
import { AtelError } from '../../platform/errors.ts';
import { plural } from '../../platform/plural.ts';
import { type DirectorySize, type PartStatus, readStatus, type StackStatus } from '../../stack/status.ts';
import { stackSettings } from '../../stack/settings.ts';
import type { CliContext } from '../context.ts';
import { jsonFlag } from '../flags.ts';

interface Flags {
  readonly json: boolean;
}

export const statusCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Show what runs, where telemetry goes, and what waits',
    fullDescription: [
      'Exit code 0: everything that was started is ready, or nothing was started; 4: something is not.',
      '',
      'Examples:  atel status',
      '           atel status --json',
    ].join('\n'),
  },
  parameters: { flags: jsonFlag },
  async func(flags) {
    const { paths } = this;
    const settings = stackSettings(paths.stackDir, this.loadConfig().stack);
    const status = await readStatus({ paths, settings, export: loadConfig(paths.configFile).export });
    if (flags.json) this.print(JSON.stringify(status));
    else for (const line of describeStatus(status)) this.print(line);
    const bad = status.parts.find(({ state }) => state === 'died' || state === 'not ready');
    if (bad)
      throw new AtelError('unreachable', bad.state === 'died' ? 'has ended' : 'is not ready', {
        where: bad.title,
        fix: `see ${bad.log_file}, then atel up`,
      });
  },
});

function describeStatus(status: StackStatus): readonly string[] {
  const { parts, queue, backup, endpoint, forwarder, spool, journal } = status;
  return [
    ...parts.flatMap(describePart),
    ...(queue
      ? [
          row('Queue for Loki', `${bytes(queue.bytes)} of ${bytes(queue.capacity_bytes)}`),
          ...(queue.refused_records > 0
            ? [
                row(
                  '',
                  `Loki refused ${plural(queue.refused_records, 'record')} for good; the backup has them`,
                ),
              ]
            : []),
        ]
      : []),
    row('Backup', describeDirectory(backup)),
    row('Endpoint', endpoint ? `${endpoint.url} (from ${endpoint.from})` : 'none: the journal is the store'),
    row('Forwarder', forwarder.state + (forwarder.pid === undefined ? '' : `, pid ${forwarder.pid}`)),
    row('Spool', `${spool.waiting} waiting, ${spool.quarantined} unreadable, ${spool.lost} marks of loss`),
    row('Journal', describeDirectory(journal)),
  ];
}

function describePart({ title, state, pids, version, ports, last_error }: PartStatus): readonly string[] {
  const named = Object.entries(ports).map(([use, port]) => `${use} ${port}`);
  const details =
    pids.length > 0 ? `, ${version ?? ''}, pid ${pids.join(', ')}, ports: ${named.join(', ')}` : '';
  return [
    row(title, state + details),
    ...(last_error === undefined ? [] : [row('', `last error: ${last_error}`)]),
  ];
}

function describeDirectory({ dir, files, bytes: size }: DirectorySize): string {
  return files === 0 ? 'empty' : `${bytes(size)} in ${plural(files, 'file')}, ${dir}`;
}

function row(name: string, text: string): string {
  return `${name.padEnd(24)}${text}`;
}

function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  return `${(count / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}
