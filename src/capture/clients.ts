/** Finds the Claude Code clients that may run in a project, and their versions. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Env } from '../platform/env.ts';
import { readTextIfExists } from '../platform/files.ts';
import { parseJson } from '../platform/json.ts';
import { isExecutable, searchPath } from '../platform/programs.ts';

export interface FoundClient {
  readonly path: string;
  /** E.g. `2.1.330`; `undefined` when it could not be learned. */
  readonly version: string | undefined;
}

const VERSION_TIMEOUT_MILLIS = 5000;
/** `claude.exe` stands in `bin` of its package, `cli.js` beside the manifest. */
const MAX_MANIFEST_LEVELS = 3;

const manifestSchema = z.object({ name: z.literal('@anthropic-ai/claude-code'), version: z.string() });

/**
 * All distinct clients: on `PATH`, among the project's packages, at the places the installers use. Each is asked for
 * its version; only what stands in the project's `node_modules` is not run but looked up, since whoever wrote the
 * repository would choose what runs.
 */
export async function findClients(
  env: Env,
  home: string,
  projectRoot: string,
): Promise<readonly FoundClient[]> {
  const packages = join(projectRoot, 'node_modules');
  const places = [
    ...searchPath(env),
    join(packages, '.bin'),
    join(home, '.claude', 'local'),
    join(home, '.local', 'bin'),
  ];
  const found = new Map<string, string>();
  for (const place of places) {
    const path = join(place, 'claude');
    if (!isExecutable(path)) continue;
    const real = realpathSync(path);
    if (!found.has(real)) found.set(real, path);
  }
  return Promise.all(
    [...found].map(async ([real, path]) => {
      const foreign = [real, path].some((each) => each.startsWith(`${packages}/`));
      return { path, version: foreign ? versionFromManifest(real) : await askVersion(path, env, home) };
    }),
  );
}

function versionFromManifest(executable: string): string | undefined {
  let directory = dirname(executable);
  for (let level = 0; level < MAX_MANIFEST_LEVELS; level++, directory = dirname(directory)) {
    const text = readTextIfExists(join(directory, 'package.json'));
    if (text !== undefined) return versionIn(manifestSchema.safeParse(parseJson(text)).data?.version ?? '');
  }
  return undefined;
}

function askVersion(path: string, env: Env, home: string): Promise<string | undefined> {
  const clean = {
    HOME: home,
    PATH: env['PATH'],
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
  return new Promise((resolve) => {
    const options = { env: clean, timeout: VERSION_TIMEOUT_MILLIS, killSignal: 'SIGKILL' } as const;
    const child = execFile(path, ['--version'], options, (error, stdout) =>
      resolve(error ? undefined : versionIn(stdout)),
    );
    child.stdin?.end();
  });
}

/** `2.1.330 (Claude Code)` → `2.1.330` */
function versionIn(text: string): string | undefined {
  return /^\s*(\d+\.\d+\.\d+)\b/.exec(text)?.[1];
}
