/** The whole CLI, run in this process. */
import { run } from '@stricli/core';
import { app } from '../../src/cli/app.ts';
import { type CliContext, createContext } from '../../src/cli/context.ts';
import type { Env } from '../../src/platform/env.ts';

export interface CliRun {
  readonly out: string;
  readonly err: string;
  readonly code: unknown;
}

export interface CliPlace {
  /** The whole environment. */
  readonly env: Env;
  readonly cwd: string;
  /** Standard output is a terminal. */
  readonly terminal?: { readonly columns: number } | undefined;
}

/** Runs one command line. */
export async function runCli(args: readonly string[], { env, cwd, terminal }: CliPlace): Promise<CliRun> {
  let [out, err] = ['', ''];
  const edges: CliContext['process'] = {
    stdout: { write: (text) => void (out += text), ...(terminal && { isTTY: true, ...terminal }) },
    stderr: { write: (text) => void (err += text) },
    exitCode: null,
  };
  await run(app, args, createContext(edges, env, cwd));
  return { out, err, code: edges.exitCode };
}
