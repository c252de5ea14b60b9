/** The tarball works like the checkout: installed into an empty prefix, by a user who has only Node and npm. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePidFile } from '../../src/platform/processes.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { loadPayloads } from '../helpers/payloads.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-pack-')));
const prefix = join(root, 'prefix');
const home = join(root, 'home');
const project = join(home, 'project');
const paths = resolvePaths({ HOME: home });
const PATH = `${join(checkout, 'node_modules/.bin')}:/usr/local/bin:/usr/bin:/bin`;

/** A registry that does not answer is asked again: npm itself would wait without end. */
const TRIES = 3;
const TRY_MILLIS = 60_000;

function npm(cwd: string, ...args: string[]): void {
  for (let left = TRIES; ; left--) {
    const run = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: TRY_MILLIS });
    if (run.status === 0) return;
    if (left === 1) throw new Error(`npm ${args.join(' ')}: ${run.error?.message ?? run.stderr}`);
  }
}
const atel = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(join(prefix, 'node_modules/.bin/atel'), args, {
    cwd: project,
    env: { HOME: home, PATH },
    encoding: 'utf8',
  });

describe('the tarball', () => {
  beforeAll(() => {
    for (const dir of [prefix, project]) mkdirSync(dir, { recursive: true });
    npm(checkout, 'pack', '--ignore-scripts', '--silent', '--pack-destination', root);
    const tarball = readdirSync(root).find((name) => name.endsWith('.tgz')) ?? '';
    npm(prefix, 'install', '--silent', '--no-save', '--prefer-offline', join(root, tarball));
  });
  afterAll(() => {
    const forwarder = livePidFile(paths.pidFile);
    if (forwarder) process.kill(forwarder.pid, 'SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  it('tells its version and its commands', () => {
    const { version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
    expect(atel('--version').stdout.trim()).toBe(version);
    expect(atel('--help').stdout).toContain('verify');
  });

  it('brings what messages point at', () => {
    for (const file of [
      'compose.yaml',
      'otel-collector/enterprise-snippet.yaml',
      'loki/go.sum',
      'assets/capture.sh',
    ]) {
      expect(existsSync(join(prefix, 'node_modules/agent-telemetry', file))).toBe(true);
    }
  });

  it('records, shows and verifies a session', async () => {
    expect(atel('init')).toMatchObject({ status: 0 });
    expect(atel('enable')).toMatchObject({ status: 0 });
    for (const { event, env, payload } of loadPayloads('2.1.330', 'superclaude')) {
      const { CLAUDE_ENV_FILE: _none, ...given } = env;
      const run = spawnSync(
        join(paths.hooksDir, 'settings-project/capture.sh'),
        [event, 'settings-project'],
        {
          env: { ...given, CLAUDE_PROJECT_DIR: project },
          input: JSON.stringify(payload),
        },
      );
      expect([run.status, run.stdout.length, run.stderr.length]).toEqual([0, 0, 0]);
    }
    for (let i = 0; i < 200 && readdirSync(paths.queueDir).length > 0; i++) await sleep(50);
    expect(atel('sessions').stdout).toContain('2.1.330');
    expect(atel('verify')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^intact/) });
  });
});
