/** `atel forward`: the forwarder by hand. */
import { buildCommand } from '@stricli/core';
import type { CliContext } from '../context.ts';

interface Flags {
  readonly once: boolean;
}

export const forwardCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Journal and send what is in the spool',
    fullDescription: [
      'Runs the forwarder in the foreground until interrupted. It is started on demand by the hooks, so this is',
      'needed only to look at it, or in a script.',
      '',
      'With --once: returns 0 when everything in the spool at its start is journaled, by itself or by the',
      'forwarder that already runs.',
      '',
      'Examples:  atel forward --once',
      '           OTEL_EXPORTER_OTLP_ENDPOINT=https://otel.example.com atel forward',
    ].join('\n'),
  },
  parameters: { flags: { once: { kind: 'boolean', brief: 'Stop when the spool is empty', default: false } } },
  async func(flags) {
    const { runForwarder } = await import('../../forwarder/run.ts');
    await runForwarder(this, flags);
  },
});
