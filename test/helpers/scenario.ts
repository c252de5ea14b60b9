/**
 * What the scenarios share: a small world on disk to work in, and a way to play a scenario in it with the real client.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ClaudeOptions, type ClaudeResult, runClaude } from './claude-client.ts';
import { type ModelServer, type Scripts, startModelServer, type Step, type Turn } from './model-server.ts';
import { endProcesses } from './processes.ts';

/** A machine in a directory: paths below `root` are what they would be on a real one. */
export interface World {
  readonly root: string;
  /** `/home/dev` of this world. */
  readonly home: string;
  /** `/home/dev/project`: a git repository with a few files. */
  readonly project: string;
  /** `/srv/other`: outside the project and outside HOME. */
  readonly outside: string;
}

/** What a scenario's run may vary. Hooks are no part of it: they belong into the world's settings files. */
export type Overrides = Partial<Pick<ClaudeOptions, 'bin' | 'env'>>;

/** A run of the client; what is not said is the stage's. */
type Run = Partial<ClaudeOptions> & { readonly prompt: string };

export interface Stage {
  readonly world: World;
  readonly server: ModelServer;
  /** Runs the client in the world, in the project unless told otherwise. */
  readonly claude: (options: Run) => Promise<ClaudeResult>;
  /** The same options as a whole, for `startClaude`. */
  readonly options: (options: Run) => ClaudeOptions;
}

export interface Scenario {
  readonly name: string;
  /** Files, settings and servers the scripts rely on. To be called before hooks are installed. */
  prepare?(world: World): void;
  scripts(world: World): Scripts;
  /** Runs the client, once or more. @throws when a run did not go as scripted */
  play(stage: Stage): Promise<void>;
}

/** Beside its turns; the model ends with a word. */
export interface SessionOptions extends Partial<Omit<ClaudeOptions, 'prompt'>> {
  /** As `--allowedTools` takes them. */
  readonly tools?: string;
}

/** A session of one prompt. */
export function session(
  turns: readonly Step[],
  { tools = 'Bash', args = [], ...options }: SessionOptions = {},
): Scenario {
  return {
    name: 'session',
    scripts: () => ({ session: [...turns, { text: 'Done.' }] }),
    async play({ claude }) {
      const allowed = ['--allowedTools', tools, ...args];
      expectSuccess(await claude({ prompt: 'Go. script:session', args: allowed, ...options }));
    },
  };
}

/** Makes a world in a new temporary directory. */
export function createWorld(): World {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
  const home = join(root, 'home/dev');
  const project = join(home, 'project');
  mkdirSync(join(root, 'tmp'));
  const outside = join(root, 'srv/other');
  const files: Readonly<Record<string, string>> = {
    [join(project, 'README.md')]: '# Shop\n\nA small shop.\n',
    [join(project, 'src/app.ts')]: "export const greeting = 'hello';\nexport const port = 8080;\n",
    [join(project, 'src/cart.ts')]: 'export const total = (prices: number[]) => prices.length;\n',
    [join(outside, 'plan.md')]: '# Plan\n\nNothing to see here.\n',
    [join(home, '.ssh/id_ed25519')]: 'not a real key\n',
  };
  for (const [path, text] of Object.entries(files)) writeWorldFile(path, text);
  chmodSync(join(home, '.ssh'), 0o700);
  initRepository(project);
  return { root, home, project, outside };
}

/** Removes a world, when all that was started in it is ended. */
export async function removeWorld({ root, home }: World): Promise<void> {
  await endProcesses(home);
  rmSync(root, { recursive: true, force: true });
}

/** Writes a file, with its directories. */
export function writeWorldFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Makes a git repository with one commit of all that is there. */
export function initRepository(directory: string): void {
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=dev', '-c', 'user.email=dev@example.com', ...args], {
      cwd: directory,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: directory, GIT_CONFIG_NOSYSTEM: '1' },
    });
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'Start');
}

/**
 * Plays a prepared scenario with a model server of its own.
 * @returns the requests the client made
 * @throws when the scenario failed, or a conversation left its script
 */
export async function playScenario(
  scenario: Scenario,
  world: World,
  overrides: Overrides = {},
): Promise<ModelServer['requests']> {
  const server = await startModelServer(scenario.scripts(world));
  const options: Stage['options'] = (own) => ({
    cwd: world.project,
    home: world.home,
    modelUrl: server.url,
    ...overrides,
    ...own,
    env: { TMPDIR: join(world.root, 'tmp'), ...overrides.env, ...own.env },
  });
  try {
    await scenario.play({ world, server, options, claude: (own) => runClaude(options(own)) });
  } catch (error) {
    // What went wrong first is what matters.
    await server.close().catch(() => undefined);
    throw error;
  }
  await server.close();
  return server.requests;
}

/** @throws with what the client printed, when it did not end well */
export function expectSuccess(result: ClaudeResult): void {
  expectExit(result, 0);
}

/** @throws with what the client printed, when it ended otherwise */
export function expectExit(result: ClaudeResult, exitCode: number): void {
  if (result.exitCode === exitCode) return;
  const ended = `claude ended with ${result.exitCode ?? result.signal}, not ${exitCode}`;
  throw new Error(`${ended}\n${result.stdout}\n${result.stderr}`);
}

/** A turn with one call. */
export function call(tool: string, input: Readonly<Record<string, unknown>> = {}): Turn {
  return { calls: [{ tool, input }] };
}
