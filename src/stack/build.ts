/**
 * Builds a part from its pins with Go, once: in a work directory of its own, then one rename into the cache, so that a
 * build that was cut off leaves nothing that looks like a program.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Env } from '../platform/env.ts';
import { AtelError } from '../platform/errors.ts';
import { makeDirs, PRIVATE_DIR, PRIVATE_FILE } from '../platform/files.ts';
import { findProgram, searchPath } from '../platform/programs.ts';
import { cachedBinary, checkPart, findPart, type FoundPart } from './find.ts';
import { withLock } from './lock.ts';
import type { BuildStep, Part } from './parts.ts';
import type { Progress } from './progress.ts';

const BUILD_WAIT_MILLIS = 45 * 60_000;
const STEP_TIMEOUT_MILLIS = 40 * 60_000;

export interface BuildDeps {
  readonly cacheDir: string;
  readonly env: Env;
  readonly progress: Progress;
}

/**
 * The program of a part: found, or else built.
 * @throws AtelError unreachable — it is not there and there is no Go, or the build failed (names its log)
 */
export async function ensurePart(part: Part, deps: BuildDeps): Promise<FoundPart> {
  const look = (): Promise<FoundPart | undefined> =>
    findPart(part, deps, (binary, problem) => deps.progress.done(`${binary} does not fit: ${problem}`));
  const found = await look();
  if (found) return found;
  requireGo(part, deps.env);
  makeDirs(join(deps.cacheDir, 'bin'));
  const lock = join(deps.cacheDir, `build-${part.name}.lock`);
  const onWait = (): void => deps.progress.step(`${part.title}: another process builds it`);
  return withLock(lock, { waitMillis: BUILD_WAIT_MILLIS, onWait }, async () => {
    const finished = await findPart(part, deps);
    return finished ?? { ...(await buildPart(part, deps)), from: 'cache' };
  });
}

function requireGo(part: Part, env: Env): void {
  if (findProgram('go', searchPath(env))) return;
  throw new AtelError(
    'unreachable',
    `${part.title} is neither on PATH nor in the cache, and Go is not here to build it`,
    {
      fix: `install Go (https://go.dev/dl) or put \`${part.programs.at(-1)}\` on PATH, or use \`docker compose up\` with compose.yaml`,
    },
  );
}

async function buildPart(part: Part, deps: BuildDeps): Promise<{ binary: string; version: string }> {
  const binary = cachedBinary(part, deps.cacheDir);
  const target = dirname(binary);
  const work = join(dirname(target), `.${basename(target)}.work`);
  const logFile = join(deps.cacheDir, `build-${part.name}.log`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { mode: PRIVATE_DIR });
  for (const pin of part.pins) copyFileSync(join(part.home, pin), join(work, pin));
  const log = openSync(logFile, 'w', PRIVATE_FILE);
  try {
    for (const step of part.buildSteps(work)) await runStep(part, step, { ...deps, work, log, logFile });
    const made = join(work, 'made');
    mkdirSync(made, { mode: PRIVATE_DIR });
    renameSync(join(work, part.name), join(made, part.name));
    const check = await checkPart(part, join(made, part.name));
    if (!check.ok)
      throw new AtelError('unreachable', `the new ${part.title} ${check.problem}`, { where: logFile });
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
    deps.progress.done(`${part.title}: built ${check.version} into ${target}`);
    return { binary, version: check.version };
  } finally {
    closeSync(log);
    rmSync(work, { recursive: true, force: true });
  }
}

interface StepDeps extends BuildDeps {
  readonly work: string;
  readonly log: number;
  readonly logFile: string;
}

async function runStep(part: Part, step: BuildStep, deps: StepDeps): Promise<void> {
  writeSync(deps.log, `$ ${step.command} ${step.args.join(' ')}\n`);
  const text = `${part.title}: ${step.says} (once, about ${part.buildMinutes} min in all)`;
  deps.progress.step(text);
  const ticking = setInterval(() => deps.progress.step(text), 1000);
  try {
    const code = await exitOf(
      spawn(step.command, step.args, {
        cwd: join(deps.work, step.cwd ?? ''),
        env: { ...deps.env, CGO_ENABLED: '0', GOWORK: 'off', GOBIN: deps.work },
        stdio: ['ignore', deps.log, deps.log],
        timeout: STEP_TIMEOUT_MILLIS,
      }),
    );
    if (code === 0) return;
  } finally {
    clearInterval(ticking);
  }
  deps.progress.done();
  const last = readFileSync(deps.logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  throw new AtelError(
    'unreachable',
    `building ${part.title} failed while ${step.says}: ${last.slice(0, 300)}`,
    {
      fix: `see ${deps.logFile}`,
    },
  );
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
}
