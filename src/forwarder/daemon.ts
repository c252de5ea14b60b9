/** Process entry of the forwarder in the background. Its output is the log file. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { formatNanos, systemClock } from '../platform/clock.ts';
import { processEnv } from '../platform/env.ts';
import { toExitCode } from '../platform/errors.ts';
import { resolvePaths } from '../platform/paths.ts';

const env = processEnv();
const paths = resolvePaths(env);
// Halves the time until the first event is journaled.
enableCompileCache(join(paths.cacheDir, 'compile'));
const { runForwarder } = await import('./run.ts');

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('SIGINT', () => stop.abort());
const note = (line: string): void => {
  process.stderr.write(`${formatNanos(systemClock())} ${line}\n`);
};
try {
  await runForwarder({
    paths,
    loadConfig: () => loadConfig(paths.configFile),
    once: false,
    signal: stop.signal,
    note,
  });
} catch (error) {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = toExitCode(error);
}
