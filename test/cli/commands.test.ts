/** What every command has in common: help with examples, and one line for what is wrong. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/platform/version.ts';
import { runCli } from '../helpers/run-cli.ts';

const home = mkdtempSync(join(tmpdir(), 'atel-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function atel(...args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  const { out, err, code } = await runCli(args, { env: { HOME: home, PATH: '/usr/bin:/bin' }, cwd: home });
  return { stdout: out, stderr: err, exitCode: Number(code) };
}

const { stdout: help } = await atel('--help');
const commands = [...help.slice(help.indexOf('COMMANDS')).matchAll(/^ {2}([a-z]+)/gm)].map(
  ([, name = '']) => name,
);

describe('every command', () => {
  it('is one of these', () => {
    expect(commands.toSorted()).toMatchInlineSnapshot(`
      [
        "disable",
        "doctor",
        "down",
        "enable",
        "findings",
        "forward",
        "init",
        "purge",
        "query",
        "sessions",
        "status",
        "tail",
        "timeline",
        "uninstall",
        "up",
        "verify",
      ]
    `);
  });

  it.each(commands)('%s --help says what it is for, with examples', async (command) => {
    const { stdout, exitCode } = await atel(command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^USAGE\n {2}atel /);
    expect(stdout).toMatch(/Examples?:/);
  });

  it.each(commands)('%s answers a wrong flag with one line', async (command) => {
    const { stdout, stderr, exitCode } = await atel(command, '--no-such-flag-of-ours');
    expect(exitCode).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^atel: No flag registered for --no-such-flag-of-ours[^\n]*\n$/);
  });
});

describe('atel itself', () => {
  it('tells its version, the package’s', async () => {
    expect(await atel('--version')).toEqual({ stdout: `${VERSION}\n`, stderr: '', exitCode: 0 });
  });

  it('names a flag as the user writes it', async () => {
    const { stderr } = await atel('up', '--loki-port');
    expect(stderr).toBe('atel: Expected input for flag --loki-port; see --help\n');
  });

  it.each([[['sesions']], [['sessions', '--no-such-flag']], [['timeline']]])(
    'ends as a process with 3 where it is used wrongly: %j',
    (args) => {
      const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
      expect(spawnSync(process.execPath, [main, ...args], { env: { HOME: home } }).status).toBe(3);
    },
  );

  it('says what the system says, on one line, where a file stands in place of its directory', async () => {
    const data = join(home, '.local/share');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'agent-telemetry'), '');
    const { stdout, stderr, exitCode } = await atel('sessions');
    rmSync(join(data, 'agent-telemetry'));
    expect([stdout, exitCode]).toEqual(['', 3]);
    expect(stderr).toMatch(/^atel: ENOTDIR: [^\n]*\n$/);
  });
});

describe('a missing thing', () => {
  it.each([
    [['verify'], 3, /no journal/i],
    [['purge', '--before', '1d'], 3, /there is no journal/],
    [['purge', '--session', ''], 3, /what is to go.*--session/],
    [['purge', '--before', '1d', '--reason', 'x'.repeat(501)], 3, /--reason: is longer than 500 characters/],
    [['timeline', 'abc'], 3, /abc/],
    [['timeline'], undefined, /session/],
    [['sessions', '--source', 'backup'], 3, /backup.*atel up/],
    [['sessions', '--source', 'loki'], 4, /no Loki answers.*atel up/],
    [['sessions', '--since', 'yesterday'], 3, /--since: "yesterday" is no time/],
    [['sesions'], undefined, /did you mean `sessions`/],
  ] as const)(
    'in `atel %s` ends with its code and says what, where and what to do',
    async (args, code, message) => {
      const { stderr, exitCode } = await atel(...args);
      if (code === undefined) expect(exitCode).not.toBe(0);
      else expect(exitCode).toBe(code);
      expect(stderr.trimEnd()).toMatch(message);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    },
  );
});
