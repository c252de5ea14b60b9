/** What every command gets: the process's edges as plain values, so that a test can run the whole CLI. */
import type { CommandContext } from '@stricli/core';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { Env } from '../platform/env.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';

export interface CliContext extends CommandContext {
  readonly process: {
    readonly stdout: { write(text: string): void; readonly isTTY?: boolean; readonly columns?: number };
    readonly stderr: { write(text: string): void; readonly isTTY?: boolean };
    exitCode?: number | string | null;
  };
  readonly env: Env;
  readonly cwd: string;
  readonly paths: Paths;
  /** Read on demand, so that `--help` and `init` work with a broken file. */
  loadConfig(): Config;
  /** One line to standard output. */
  print(line: string): void;
  /** One line to standard error: progress, notes. */
  note(line: string): void;
}

/** Builds the context of a run. */
export function createContext(process: CliContext['process'], env: Env, cwd: string): CliContext {
  const paths = resolvePaths(env);
  return {
    process,
    env,
    cwd,
    paths,
    loadConfig: () => loadConfig(paths.configFile, env),
    print: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
  };
}
