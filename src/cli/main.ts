/** Process entry: `bin/atel.js` imports this file. */
import { run } from '@stricli/core';
import { processEnv } from '../platform/env.ts';
import { toExitCode } from '../platform/errors.ts';
import { app } from './app.ts';
import { createContext } from './context.ts';

// A reader that closes early (`atel query … | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const edges = {
  stdout: process.stdout,
  stderr: process.stderr,
  get exitCode(): number | string | null {
    return process.exitCode ?? null;
  },
  set exitCode(code: number | string | null) {
    process.exitCode = code;
  },
};
const context = createContext(edges, processEnv(), process.cwd());
try {
  await run(app, process.argv.slice(2), context);
  // stricli reports what it refuses itself with negative codes: all of them are wrong usage.
  if (typeof process.exitCode === 'number' && process.exitCode < 0) process.exitCode = 3;
} catch (error) {
  process.exitCode = toExitCode(error);
  throw error;
}
