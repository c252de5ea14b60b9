/** A place to run the hook in: its own HOME, spool and project, and a launcher that only tells that it ran. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Scope, hookCopyPath, renderHookCopy, writeHookCopy } from '../../src/capture/hook-copy.ts';
import { shellQuote } from '../../src/capture/shell-quote.ts';
import { install } from '../../src/capture/install.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { processEnv } from '../../src/platform/env.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { findProgram, searchPath } from '../../src/platform/programs.ts';
import { type DropFile, parseDropFile } from '../../src/spool/drop-file.ts';

export const SESSION = '14c5cc5c-2b40-4d34-acd1-1816dfa0e8b7';

/** Shells the hook must run in, `/bin/sh` of one system or another; `command` is empty where it is not installed. */
export const SHELLS: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'dash', command: shell('dash') },
  { name: 'bash as sh', command: shell('bash', '--posix') },
  { name: 'ksh', command: shell('ksh') },
  { name: 'busybox ash', command: shell('busybox', 'sh') },
  { name: 'mksh', command: shell('mksh') },
];

function shell(program: string, ...args: readonly string[]): readonly string[] {
  const path = findProgram(program, searchPath(processEnv()));
  return path === undefined ? [] : [path, ...args];
}

export interface HookRun {
  readonly event?: string;
  readonly installation?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  readonly cwd?: string;
  /** Runs the script with this shell instead of the one it names. */
  readonly shell?: readonly string[];
}

export interface HookFixture {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly paths: Paths;
  readonly script: string;
  /** Changes the installed script's text, e.g. a path. */
  patch(from: string, to: string): void;
  mark(): void;
  run(options?: HookRun): SpawnSyncReturns<Buffer>;
  /** All drop files, parsed. */
  drops(): (DropFile | undefined)[];
  lost(): string[];
  /** The environments the launcher was started with. */
  starts(): Record<string, string>[];
  untilStarts(count: number): Promise<void>;
  /** Makes the launcher take two seconds. */
  slowLauncher(): void;
  remove(): void;
}

/** @param scope as `atel init --scope` */
export function createHookFixture(scope: Scope = 'marked', directoryName = 'atel-'): HookFixture {
  const root = realpathSync(mkdtempSync(join(tmpdir(), directoryName)));
  const home = join(root, 'home');
  const project = join(root, 'project');
  for (const each of [home, project]) mkdirSync(each);
  const env = { HOME: home, XDG_RUNTIME_DIR: root, PATH: '/usr/bin:/bin' };
  const paths = resolvePaths(env);
  const settingsPath = join(project, '.claude/settings.local.json');
  install(paths, env, systemClock, {
    kind: 'project',
    settingsPath,
    scope,
    events: [],
    form: 'exec',
    dryRun: false,
  });
  const startsDir = join(root, 'starts');
  mkdirSync(startsDir);
  const launcher = join(root, 'launcher.sh');
  const writeLauncher = (first: string): void =>
    writeFileSync(
      launcher,
      `#!/bin/sh\n${first}\nFILE_SIZE_LIMIT=$(ulimit -f); export FILE_SIZE_LIMIT\ncd ${shellQuote(startsDir)} && env >$$.tmp && mv $$.tmp $$.env\n`,
    );
  writeLauncher('');
  chmodSync(launcher, 0o700);
  const script = hookCopyPath(paths, 'test');
  const words = /'[^']*' '[^']*launch\.js'/;
  writeHookCopy(
    script,
    renderHookCopy(paths, env, scope).replace(words, () => shellQuote(launcher)),
  );
  const names = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
  const started = (): string[] => names(startsDir).filter((name) => name.endsWith('.env'));
  return {
    root,
    home,
    project,
    paths,
    script,
    patch(from, to) {
      const text = readFileSync(script, 'utf8');
      if (!text.includes(from)) throw new Error(`the script has no ${from}`);
      writeFileSync(
        script,
        text.replaceAll(from, () => to),
      );
    },
    mark: () => writeFileSync(join(project, '.telemetry-enabled'), ''),
    run({
      event = 'PostToolUse',
      installation = 'test',
      env = {},
      input = '{}',
      cwd = root,
      shell = [],
    } = {}) {
      const [program, ...args] = [...shell, script, event, installation];
      return spawnSync(program, args, {
        cwd,
        input,
        maxBuffer: 1 << 26,
        env: { CLAUDE_PROJECT_DIR: project, CLAUDE_CODE_SESSION_ID: SESSION, ...env },
      });
    },
    drops: () =>
      names(paths.queueDir).map((name) => parseDropFile(name, readFileSync(join(paths.queueDir, name)))),
    lost: () => [...names(paths.lostDir), ...names(paths.fallbackLostDir)],
    starts: () =>
      started().map((name) => {
        const lines = readFileSync(join(startsDir, name), 'utf8').trimEnd().split('\n');
        return Object.fromEntries(
          lines.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
        );
      }),
    slowLauncher: () => writeLauncher('sleep 2'),
    async untilStarts(count) {
      for (let i = 0; i < 200 && started().length < count; i++) await delay(10);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
