/** What every command has in common: help with examples, and one line for what is wrong. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
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

describe('a missing thing', () => {
  it.each([
    [['verify'], 3, /no journal/i],
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
