/**
 * Runs the real Claude Code client headless, in an otherwise empty environment, against a model server of ours.
 * Source of the variables: measured with client 2.1.330.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The client the dev dependencies pin. */
export const CLAUDE_BIN = join(import.meta.dirname, '../../node_modules/.bin/claude');

export interface ClaudeOptions {
  readonly cwd: string;
  /** The client's own HOME; its temporary files go below it too. */
  readonly home: string;
  readonly prompt: string;
  readonly modelUrl: string;
  readonly args?: readonly string[];
  /** Added to, or replacing, the variables of the empty environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly bin?: string;
  /** Handed over with `--settings`. */
  readonly settings?: object;
  readonly timeoutMillis?: number;
  /** Keeps standard input open, for `--input-format stream-json`; the prompt is then not given. */
  readonly hosted?: true;
}

export interface ClaudeResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly pid: number;
}

export interface RunningClaude {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Settles when the client has ended, however it ended. @throws when it outlives `timeoutMillis` */
  readonly result: Promise<ClaudeResult>;
}

const DEFAULT_TIMEOUT_MILLIS = 60_000;
/** Old clients are scripts for the Node that it names. */
const CLAUDE_PATH = `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}`;

/** The whole environment of the client. */
function claudeEnv(options: Pick<ClaudeOptions, 'home' | 'modelUrl' | 'env'>): Record<string, string> {
  const temporary = join(options.home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    HOME: options.home,
    TMPDIR: temporary,
    PATH: CLAUDE_PATH,
    LANG: 'C.UTF-8',
    ANTHROPIC_BASE_URL: options.modelUrl,
    ANTHROPIC_API_KEY: 'dummy',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    ...options.env,
  };
}

/** Starts `claude -p` and returns while it runs. */
export function startClaude(options: ClaudeOptions): RunningClaude {
  const settings = options.settings ? ['--settings', JSON.stringify(options.settings)] : [];
  const prompt = options.hosted ? ['-p'] : ['-p', options.prompt];
  const child = spawn(options.bin ?? CLAUDE_BIN, [...prompt, ...settings, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: claudeEnv(options),
    stdio: [options.hosted ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  return { pid: child.pid ?? 0, child, result: resultOf(child, options) };
}

/** Runs `claude -p` to its end. */
export function runClaude(options: ClaudeOptions): Promise<ClaudeResult> {
  return startClaude(options).result;
}

/** Whose client runs, and where. */
export type PluginPlace = Pick<ClaudeOptions, 'cwd' | 'home' | 'bin'>;

/** Runs `claude plugin …`. @returns what it printed @throws when it did not end well */
export function claudePlugin({ cwd, home, bin = CLAUDE_BIN }: PluginPlace, ...args: string[]): string {
  const env = { HOME: home, PATH: CLAUDE_PATH, DISABLE_AUTOUPDATER: '1' };
  const run = spawnSync(bin, ['plugin', ...args], { cwd, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`claude plugin ${args.join(' ')}: ${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** Installs our plugin from its marketplace. */
export function installPlugin(place: PluginPlace, marketplace: string): void {
  claudePlugin(place, 'marketplace', 'add', marketplace);
  claudePlugin(place, 'install', 'agent-telemetry@agent-telemetry');
}

function resultOf(child: ChildProcess, options: ClaudeOptions): Promise<ClaudeResult> {
  const limit = options.timeoutMillis ?? DEFAULT_TIMEOUT_MILLIS;
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => (stdout += part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`claude -p ${options.prompt} ran longer than ${limit} ms\n${stdout}\n${stderr}`));
    }, limit);
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => {
      clearTimeout(timer);
      // A hook's background process may keep the pipes open for long: what has arrived by now is what we want.
      setImmediate(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ exitCode, signal, stdout, stderr, pid: child.pid ?? 0 });
      });
    });
  });
}
