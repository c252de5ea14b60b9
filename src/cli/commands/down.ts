/** `atel down`: stops what `atel up` started. */
import { buildCommand } from '@stricli/core';
import { createProgress } from '../../stack/progress.ts';
import { bringDown, type DownPart } from '../../stack/up.ts';
import type { CliContext } from '../context.ts';
import { jsonFlag } from '../flags.ts';

interface Flags {
  readonly json: boolean;
}

export const downCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Stop Collector and Loki',
    fullDescription: [
      'Stops the two that `atel up` started, gracefully within 10 s, then by force, and makes sure that they and their',
      'ports are gone. Data and logs stay. Recording goes on: the journal keeps what is to be sent.',
      '',
      'Example:  atel down',
    ].join('\n'),
  },
  parameters: { flags: jsonFlag },
  async func(flags) {
    const parts = await bringDown(this.paths.stackDir, createProgress(this.process.stderr));
    if (flags.json) {
      const stopped = parts.map(({ part, pids, forced }) => ({ name: part.name, pids, forced }));
      return this.print(JSON.stringify({ parts: stopped, stack_dir: this.paths.stackDir }));
    }
    for (const part of parts) this.print(describe(part));
    this.print(`Data and logs stay in ${this.paths.stackDir}`);
  },
});

function describe({ part, pids, forced }: DownPart): string {
  if (pids.length === 0) return `${part.title}: was not running`;
  const how = forced.length > 0 ? `killed, since it did not end by itself` : 'stopped';
  return `${part.title}: ${how} (pid ${pids.join(', ')})`;
}
