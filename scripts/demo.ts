/**
 * `npm run demo`: recorded payloads of the real client go through the installed hook and the real forwarder, in a HOME
 * of its own. Needs no client, no server, and touches nothing of the user's.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { type Paths, resolvePaths } from '../src/platform/paths.ts';
import { livePidFile } from '../src/platform/processes.ts';
import { median } from './bench/stats.ts';
import { loadPayloads, type RecordedPayload } from '../test/helpers/payloads.ts';

const ATEL = fileURLToPath(new URL('../bin/atel.js', import.meta.url));
/** Where the recordings say they were made. */
const RECORDED_HOME = '/home/dev';
const MEASURED_RUNS = 100;
const DRAIN_MILLIS = 20_000;

const root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-demo-')));

/** A user on this machine with a project of their own. */
interface DemoUser {
  readonly home: string;
  readonly project: string;
  readonly paths: Paths;
  readonly hook: string;
}

function createUser(name: string): DemoUser {
  const home = join(root, name);
  const project = join(home, 'project');
  const paths = resolvePaths({ HOME: home });
  mkdirSync(join(project, 'src'), { recursive: true });
  return { home, project, paths, hook: join(paths.hooksDir, 'settings-project/capture.sh') };
}

const step = (text: string): void => console.log(styleText('dim', `· ${text}`));

/** Runs a command of ours as the user would and gives what it prints. */
function atel({ home, project }: DemoUser, ...args: string[]): string {
  const env = { HOME: home, PATH: process.env['PATH'] };
  const run = spawnSync(process.execPath, [ATEL, ...args], { cwd: project, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`atel ${args.join(' ')} ended with ${run.status}: ${run.stderr}`);
  return run.stdout;
}

function show(user: DemoUser, ...args: string[]): void {
  console.log(`\n${styleText('bold', `$ atel ${args.join(' ')}`)}`);
  process.stdout.write(atel(user, ...args));
}

/** Gives a recorded event to the installed hook, as Claude Code did. */
function capture({ home, hook }: DemoUser, { event, env, payload }: RecordedPayload): void {
  const here = (text: string): string => text.replaceAll(RECORDED_HOME, home);
  const { CLAUDE_ENV_FILE: _none, ...rest } = env;
  const given = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, here(value)]));
  const run = spawnSync(hook, [event, 'settings-project'], {
    env: given,
    input: here(JSON.stringify(payload)),
  });
  if (run.status !== 0) throw new Error(`the hook ended with ${run.status}: ${run.error?.message ?? ''}`);
}

async function drained({ queueDir, logFile }: Paths): Promise<void> {
  const end = Date.now() + DRAIN_MILLIS;
  while (readdirSync(queueDir).length > 0) {
    if (Date.now() > end) throw new Error(`the forwarder did not take the spool in time, see ${logFile}`);
    await sleep(20);
  }
}

/** Medians of the hook and of the least any hook costs, measured in turns, in milliseconds. */
function measure({ project, hook }: DemoUser): { readonly hookMillis: number; readonly floorMillis: number } {
  const input = JSON.stringify({ hook_event_name: 'PreToolUse', tool_input: { command: 'x'.repeat(2000) } });
  const time = (command: string, args: string[]): number => {
    const begin = performance.now();
    spawnSync(command, args, { env: { CLAUDE_PROJECT_DIR: project }, input });
    return performance.now() - begin;
  };
  const rounds = Array.from({ length: MEASURED_RUNS }, () => ({
    floor: time('/bin/sh', ['-c', 'cat >/dev/null']),
    hook: time(hook, ['PreToolUse', 'settings-project']),
  }));
  return {
    floorMillis: median(rounds.map(({ floor }) => floor)),
    hookMillis: median(rounds.map((round) => round.hook)),
  };
}

const user = createUser('home');
step(`a HOME of its own: ${user.home}`);
atel(user, 'init');
atel(user, 'enable');
const recordings = ['everything', 'superclaude'].flatMap((scenario) => loadPayloads('2.1.330', scenario));
step(`hooks installed; giving them ${recordings.length} events recorded from Claude Code 2.1.330`);
for (const recording of recordings) capture(user, recording);
step('waiting for the forwarder that the first hook started');
await drained(user.paths);

const { session_id: session } = recordings[0]?.payload ?? {};
show(user, 'sessions');
show(user, 'timeline', String(session));
show(user, 'findings');
show(user, 'verify');

step(`measuring the hook, ${MEASURED_RUNS} runs in turns with the least a hook can do`);
const bystander = createUser('measured');
atel(bystander, 'init');
atel(bystander, 'enable');
const { hookMillis, floorMillis } = measure(bystander);
console.log(
  `hook ${hookMillis.toFixed(2)} ms, \`sh -c 'cat >/dev/null'\` ${floorMillis.toFixed(2)} ms: ` +
    `the record costs ${(hookMillis - floorMillis).toFixed(2)} ms a hook (medians, process start included)`,
);

const forwarder = livePidFile(user.paths.pidFile);
if (forwarder) process.kill(forwarder.pid, 'SIGTERM');

console.log(`
${styleText('bold', 'Next')}
  npx atel init && npx atel enable     record your own sessions, in this directory
  npx atel up                          the real Collector and Loki on this machine (needs Go, or both on PATH)
  HOME=${user.home} npx atel query --tool Bash --json     look closer at this demo
  rm -r ${root}     remove it`);
