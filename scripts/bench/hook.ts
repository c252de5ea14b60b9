/**
 * The hook as a whole process, against the least any hook costs and against the obvious rivals, in turns. The spool lies
 * in memory where the machine has such a directory, since the time a file system takes to create a file is not the
 * hook's and differs forty-fold between disks; what it takes on this disk is told.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchResult, type Claim, claim, markdownTable, median, percentile } from './stats.ts';
import { createBenchUser } from './user.ts';

const SPAWN_SOURCE = fileURLToPath(new URL('./spawn.c', import.meta.url));
const ROUNDS = 400;
const PARALLEL_ROUNDS = 60;
const PARALLEL = 10;
/** A file system in memory, on Linux. */
const MEMORY_DIR = '/dev/shm';
const CREATED_FILES = 1_000;

type Command = readonly [name: string, ...argv: string[]];

/** @throws when there is no C compiler: a Node parent would cost more than what is measured */
export async function benchHook(): Promise<BenchResult> {
  const dir = mkdtempSync(join(tmpdir(), 'atel-bench-'));
  const spoolDir = hasMemoryDir() ? MEMORY_DIR : tmpdir();
  const user = createBenchUser(spoolDir);
  const sink = createServer((request, response) => void request.resume().on('end', () => response.end()));
  const port = await new Promise<number>((resolve) => {
    sink.listen(0, '127.0.0.1', () => {
      const address = sink.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  try {
    const harness = join(dir, 'spawn');
    const built = spawnSync('cc', ['-O2', '-o', harness, SPAWN_SOURCE], { encoding: 'utf8' });
    if (built.status !== 0)
      throw new Error(`cc is needed to time processes: ${built.stderr || String(built.error)}`);
    const commands = commandsFor(user.hook, join(dir, 'spec.jsonl'), port);
    const claims: Claim[] = [];
    const rows: string[][] = [];
    for (const [label, bytes] of [
      ['2 KB', 2_000],
      ['200 KB', 200_000],
    ] as const) {
      const payload = join(dir, `payload-${bytes}`);
      writeFileSync(payload, payloadOf(bytes));
      const env = { CLAUDE_PROJECT_DIR: user.project, PATH: process.env['PATH'] };
      const alone = await time(harness, payload, commands, ROUNDS, 1, env);
      const crowd = await time(harness, payload, commands.slice(0, 2), PARALLEL_ROUNDS, PARALLEL, env);
      takeRecorded(user.paths.queueDir, ROUNDS + PARALLEL_ROUNDS * PARALLEL, bytes);
      rows.push(
        ...rowsOf(label, commands, alone),
        ...rowsOf(`${label}, 10 at once`, commands.slice(0, 2), crowd),
      );
      claims.push(...claimsOf(label, alone, crowd));
    }
    const head = ['payload', 'command', 'p50 ms', 'p99 ms', '÷ floor p50', '÷ floor p99'];
    const note = [
      "Floor: `sh -c 'cat >/dev/null'`, the least a shell hook costs. Spec: the hook of the specification, jq, append, curl.",
      `The spool lies in ${spoolDir}. To create a file takes ${microsToCreate(spoolDir)} there and ${microsToCreate(tmpdir())} in ${tmpdir()} (p50).`,
    ];
    return {
      title: 'Hook, whole process',
      text: `${note.join('\n')}\n\n${markdownTable(head, rows)}`,
      claims,
    };
  } finally {
    sink.close();
    sink.closeAllConnections();
    user.remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

function hasMemoryDir(): boolean {
  try {
    accessSync(MEMORY_DIR, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What the file system takes to create one file, as text. */
function microsToCreate(parent: string): string {
  const dir = mkdtempSync(join(parent, 'atel-bench-'));
  try {
    const times = Array.from({ length: CREATED_FILES }, () => {
      const file = join(dir, crypto.randomUUID());
      const begin = performance.now();
      closeSync(openSync(file, 'wx', 0o600));
      return (performance.now() - begin) * 1000;
    });
    return `${median(times).toFixed(0)} µs`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Empties the queue.
 * @throws when it is not what so many hooks leave: a hook that records nothing is the fastest
 */
function takeRecorded(queueDir: string, count: number, bytes: number): void {
  const files = readdirSync(queueDir).map((name) => join(queueDir, name));
  const whole = files.filter((file) => statSync(file).size > bytes);
  if (whole.length !== count || files.length !== count)
    throw new Error(`${files.length} events, ${whole.length} of them whole, after ${count} hooks`);
  for (const file of files) rmSync(file);
}

function commandsFor(hook: string, log: string, port: number): readonly Command[] {
  const url = `http://127.0.0.1:${port}/`;
  const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  const curl = `curl -s -m 2 --data-binary @- ${url}`;
  const spec = `i=$(cat); printf '%s\\n' "$i" | jq -c '{tool_name,session_id}' >>${log}; printf '%s' "$i" | ${curl}`;
  return [
    ['floor', 'sh', '-c', 'cat >/dev/null'],
    ['atel', hook, 'PreToolUse', 'settings-project'],
    ['node -e 0', process.execPath, '-e', '0'],
    ...(has('curl') ? [['curl', 'sh', '-c', curl] as const] : []),
    ...(has('curl') && has('jq') ? [['spec', 'sh', '-c', spec] as const] : []),
  ];
}

function payloadOf(bytes: number): string {
  const rest = {
    hook_event_name: 'PreToolUse',
    session_id: 'bench',
    tool_name: 'Write',
    tool_use_id: 'toolu_bench',
  };
  return JSON.stringify({ ...rest, tool_input: { file_path: '/x', content: 'x'.repeat(bytes - 150) } });
}

/** Milliseconds of every run, by command. */
function time(
  harness: string,
  payload: string,
  commands: readonly Command[],
  rounds: number,
  parallel: number,
  env: Record<string, string | undefined>,
): Promise<readonly (readonly number[])[]> {
  const argv = commands.flatMap(([, ...command]) => ['--', ...command]);
  const child = spawn(harness, [String(rounds), String(parallel), payload, ...argv], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const times: number[][] = commands.map(() => []);
      for (const line of output.trim().split('\n')) {
        const [index = '', nanos = ''] = line.split(' ');
        times[Number(index)]?.push(Number(nanos) / 1e6);
      }
      resolve(times);
    });
  });
}

function rowsOf(
  label: string,
  commands: readonly Command[],
  times: readonly (readonly number[])[],
): string[][] {
  const floor = times[0] ?? [];
  return commands.map(([name], i) => {
    const own = times[i] ?? [];
    const [p50, p99] = [median(own), percentile(own, 0.99)];
    const cells = [p50, p99, p50 / median(floor), p99 / percentile(floor, 0.99)];
    return [label, name, ...cells.map((cell) => cell.toFixed(2))];
  });
}

function claimsOf(
  label: string,
  alone: readonly (readonly number[])[],
  crowd: readonly (readonly number[])[],
): readonly Claim[] {
  const [floor = [], hook = []] = alone;
  const [crowdFloor = [], crowdHook = []] = crowd;
  return [
    claim(`${label}: hook ÷ floor at p50`, median(hook) / median(floor), '≤', 1.6),
    claim(`${label}: hook ÷ floor at p99`, percentile(hook, 0.99) / percentile(floor, 0.99), '≤', 1.6),
    claim(`${label}: added at p50, ms`, median(hook) - median(floor), '<', 2),
    claim(`${label}, 10 at once: hook ÷ floor at p50`, median(crowdHook) / median(crowdFloor), '≤', 1.6),
  ];
}
