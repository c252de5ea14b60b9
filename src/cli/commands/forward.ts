/** `atel forward`: the forwarder by hand. */
import { buildCommand } from '@stricli/core';
import { otlpFromEnv } from '../../config/otlp-env.ts';
import { type Config, parseConfig } from '../../config/schema.ts';
import type { Env } from '../../platform/env.ts';
import { AtelError } from '../../platform/errors.ts';
import type { CliContext } from '../context.ts';
import { switchFlag } from '../flags.ts';

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
  parameters: { flags: { once: switchFlag('Stop when the spool is empty') } },
  async func({ once }) {
    const { runForwarder } = await import('../../forwarder/run.ts');
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    process.once('SIGTERM', () => stop.abort());
    const { paths, env, cwd } = this;
    const loadConfig = (): Config => withOtlpEnv(this.loadConfig(), env, cwd);
    await runForwarder({ paths, loadConfig, once, signal: stop.signal, note: (line) => this.note(line) });
  },
});

/** Run by hand, the standard variables of this environment count; the hooks' environment never has them. */
function withOtlpEnv(config: Config, env: Env, cwd: string): Config {
  const own: Record<string, unknown> = { ...config.export };
  for (const [path, value] of otlpFromEnv(env, 'environment', cwd).changes) {
    const key = path.at(-1);
    if (key !== undefined) own[key] = value;
  }
  const parsed = parseConfig({ ...config, export: own });
  if (parsed.ok) return parsed.config;
  throw new AtelError('input', parsed.problem, {
    where: 'OTEL_EXPORTER_OTLP_*',
    fix: 'correct or unset that variable',
  });
}
