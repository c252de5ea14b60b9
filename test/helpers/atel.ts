/** A user of ours on a machine in a directory: runs the built CLI, with the hooks installed for the real client. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { updateConfigFile } from '../../src/config/load.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { namesIn } from '../../src/platform/files.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { livePidFile, startTimeOf } from '../../src/platform/processes.ts';
import { type Overrides, playScenario, type Scenario, type World } from './scenario.ts';
import type { TestStack } from './stack.ts';

const ATEL = fileURLToPath(new URL('../../bin/atel.js', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../dist/forwarder/launch.js', import.meta.url));
const NODE_BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

export interface AtelRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AtelUser {
  readonly paths: Paths;
  /** Runs `atel`, in the world's project unless told otherwise. */
  atel(
    args: readonly string[],
    options?: { readonly cwd?: string; readonly env?: Record<string, string> },
  ): Promise<AtelRun>;
  /** The same, and its standard output; @throws when it does not end with 0 */
  output(args: readonly string[], cwd?: string): Promise<string>;
  /** All records of the journal, in order. */
  records(): readonly AtelRecord[];
  /** Records about what agents did, without ours about ourselves. */
  events(): readonly AtelRecord[];
  /** Waits until everything spooled is journaled by the forwarder that runs. */
  drained(): Promise<void>;
  /** Starts a forwarder as a hook does, unless one runs. @returns the pid of the one that leads */
  launchForwarder(): Promise<number>;
  /** The forwarder's pid, if one runs. */
  forwarder(): number | undefined;
  stopForwarder(): Promise<void>;
}

/** How long anything in these tests may take to come true. */
const PATIENCE_MILLIS = 30_000;

/** Runs until `what` is true. @throws after 30 s, with `about` */
export async function eventually(about: string, what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MILLIS;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`did not come true in time: ${about}`);
    await sleep(50);
  }
}

/** Everything `atel` does happens in the world's HOME. */
export function createUser(world: Pick<World, 'home' | 'project'>): AtelUser {
  const paths = resolvePaths({ HOME: world.home });
  const user: AtelUser = {
    paths,
    atel: (args, { cwd = world.project, env = {} } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [ATEL, ...args], {
          cwd,
          env: { HOME: world.home, PATH: `${NODE_BIN}:/usr/local/bin:/usr/bin:/bin`, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
        child.on('error', reject);
        child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
      }),
    async output(args, cwd) {
      const run = await user.atel(args, cwd === undefined ? {} : { cwd });
      if (run.exitCode === 0) return run.stdout;
      throw new Error(`atel ${args.join(' ')} ended with ${run.exitCode}\n${run.stdout}\n${run.stderr}`);
    },
    records() {
      if (!existsSync(paths.journalDir)) return [];
      return [...readJournal(paths.journalDir)].flatMap(({ line, torn }) =>
        torn ? [] : (parseRecord(line) ?? []),
      );
    },
    events: () => user.records().filter((record) => record.hook_event !== 'Audit'),
    drained: () =>
      eventually(`spool empty; log: ${logOf(paths)}`, () => namesIn(paths.queueDir).length === 0),
    async launchForwarder() {
      spawn(process.execPath, [LAUNCHER], { env: { HOME: world.home }, stdio: 'ignore' });
      await eventually(`a forwarder leads; log: ${logOf(paths)}`, () => user.forwarder() !== undefined);
      return user.forwarder() ?? 0;
    },
    forwarder: () => livePidFile(paths.pidFile)?.pid,
    async stopForwarder() {
      // A hook's launcher may be on its way and start the next one.
      for (let pid = user.forwarder(); pid !== undefined; pid = user.forwarder()) {
        const ending = pid;
        process.kill(ending, 'SIGTERM');
        await eventually('the forwarder ends', () => startTimeOf(ending) === undefined);
      }
    },
  };
  return user;
}

/** Plays a scenario. @returns what was recorded of it */
export async function record(
  user: AtelUser,
  scenario: Scenario,
  world: World,
  overrides: Overrides = {},
): Promise<readonly AtelRecord[]> {
  const before = user.events().length;
  await playScenario(scenario, world, overrides);
  await user.drained();
  return user.events().slice(before);
}

/** Waits until backup file and Loki hold as many records as the journal does now. */
export async function arrivedInSinks(user: AtelUser): Promise<void> {
  const count = user.records().length;
  for (const source of ['backup', 'loki'])
    await eventually(`everything is in ${source}`, async () => {
      const lines = await user.output(['query', '--json', '--source', source]);
      return lines.split('\n').filter(Boolean).length >= count;
    });
}

function logOf(paths: Paths): string {
  return existsSync(paths.logFile) ? readFileSync(paths.logFile, 'utf8').slice(-2000) : 'none';
}

/** Points the user's configuration at a running stack, as `atel up` would. */
export function useStack(user: AtelUser, stack: TestStack): void {
  const { ports } = stack.settings;
  updateConfigFile(user.paths.configFile, [
    [['export', 'endpoint'], stack.collector.url],
    [['export', 'headers', 'authorization'], `Bearer ${stack.collector.token}`],
    [['stack', 'otlp_port'], ports.otlp],
    [['stack', 'collector_health_port'], ports.collectorHealth],
    [['stack', 'collector_metrics_port'], ports.collectorMetrics],
    [['stack', 'loki_port'], ports.loki],
    [['stack', 'loki_grpc_port'], ports.lokiGrpc],
  ]);
}

/** Where the stack of this user's `atel up` lives. */
export function stackDirOf(world: Pick<World, 'home'>): string {
  return join(resolvePaths({ HOME: world.home }).dataDir, 'stack');
}
