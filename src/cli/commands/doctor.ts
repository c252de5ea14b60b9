/** `atel doctor`: every link from the client to the sink. */
import { buildCommand } from '@stricli/core';
import type { Examined } from '../../doctor/examine.ts';
import { AtelError } from '../../platform/errors.ts';
import type { CliContext } from '../context.ts';
import { createDoctorContext } from '../doctor-context.ts';
import { escapeText } from '../escape.ts';
import { jsonFlag, managedDirectoryFlag, switchFlag } from '../flags.ts';

interface Flags {
  readonly fix: boolean;
  readonly json: boolean;
  readonly managedDirectory?: string;
}

export const doctorCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Look over every link of the chain, and say what to do',
    fullDescription: [
      'From Claude Code and its settings over hook, spool, forwarder and journal to the endpoint: each link is ok, worth a',
      'look (warn) or broken (fail), with the command that mends it. With --fix, what can be mended without loss and',
      'without recording more than before is mended: hooks, scripts, directories, modes, a forwarder that is not there.',
      '',
      'Exit code 0: nothing is broken; 2: something is; 3: the configuration is.',
      '',
      'Examples:  atel doctor',
      '           atel doctor --fix',
      '           atel doctor --json',
    ].join('\n'),
  },
  parameters: {
    flags: {
      fix: switchFlag('Mend what can be mended safely'),
      ...jsonFlag,
      ...managedDirectoryFlag,
    },
  },
  async func({ fix, json, managedDirectory }) {
    // It knows the exporter, which no other command should load.
    const { examine, mendAll } = await import('../../doctor/examine.ts');
    let examined = await examine(await createDoctorContext(this, managedDirectory));
    const mended = fix ? await mendAll(examined) : [];
    if (mended.length > 0) examined = await examine(await createDoctorContext(this, managedDirectory));
    if (json) {
      const checks = examined.map(({ name, status, text, fix: command }) => ({
        name,
        status,
        text,
        fix: command,
      }));
      this.print(JSON.stringify({ checks, mended }, undefined, 2));
    } else for (const line of [...mended, ...examined.flatMap(describe)]) this.print(escapeText(line));
    const error = errorOf(examined);
    if (error) throw error;
  },
});

const STATUS_COLUMNS = 6;
const TITLE_COLUMNS = 20;

function describe({ status, title, text, fix }: Examined): readonly string[] {
  const head = `${status.padEnd(STATUS_COLUMNS)}${title.padEnd(TITLE_COLUMNS)}`;
  return [head + text, ...(fix === undefined ? [] : [`${' '.repeat(head.length)}→ ${fix}`])];
}

function errorOf(examined: readonly Examined[]): AtelError | undefined {
  const broken = examined.filter(({ status }) => status === 'fail');
  if (broken.length === 0) return undefined;
  const what = `${broken.length} of ${examined.length} links ${broken.length === 1 ? 'is' : 'are'} broken`;
  const fix = broken.some(({ mend }) => mend) ? 'atel doctor --fix mends what it can' : 'see → above';
  return new AtelError(broken.some(({ name }) => name === 'config') ? 'input' : 'incomplete', what, { fix });
}
