/** Process entry: the forwarder of the sources without the rest of the CLI. Arguments: `--once` or none. */
import { loadConfig } from '../../src/config/load.ts';
import { runForwarder } from '../../src/forwarder/run.ts';
import { processEnv } from '../../src/platform/env.ts';
import { messageOf, toExitCode } from '../../src/platform/errors.ts';
import { resolvePaths } from '../../src/platform/paths.ts';

const paths = resolvePaths(processEnv());
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const note = (line: string): boolean => process.stderr.write(`${line}\n`);
try {
  await runForwarder({
    paths,
    loadConfig: () => loadConfig(paths.configFile),
    once: process.argv.includes('--once'),
    signal: stop.signal,
    note,
  });
} catch (error) {
  note(messageOf(error));
  process.exitCode = toExitCode(error);
}
