import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOurCommand } from '../../src/capture/hook-copy.ts';
import { withRootAdvice } from '../../src/cli/init-advice.ts';
import { HOOK_EVENTS } from '../../src/event/hook-events.ts';
import { putFakeClient } from '../helpers/fake-client.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';

describe('atel', () => {
  let root: string;
  let home: string;
  let project: string;
  let bin: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
    [home, project, bin] = [join(root, 'home'), join(root, 'project'), join(root, 'bin')];
    for (const each of [home, join(project, '.git'), join(project, 'src'), bin])
      mkdirSync(each, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const client = (version: string, directory = bin): void => putFakeClient(directory, version);
  const atel = (args: string, env: Record<string, string> = {}, cwd = project): Promise<CliRun> => {
    const base = { HOME: home, PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: root };
    return runCli(args.split(' '), { env: { ...base, ...env }, cwd });
  };
  const local = (): string => join(project, '.claude/settings.local.json');
  const hooksIn = (file: string): Record<string, [{ hooks: [{ command: string; args?: string[] }] }]> =>
    JSON.parse(readFileSync(file, 'utf8')).hooks;

  it('init registers what the oldest client knows, in the form it understands', async () => {
    client('2.1.330');
    client('2.1.100', join(home, '.local/bin'));
    const { code, out } = await atel('init');
    expect(code).toBe(0);
    expect(out).toContain(`Claude Code 2.1.330 (${bin}/claude), 2.1.100 (${home}/.local/bin/claude)`);
    expect(out).toContain(`${local()}: hooks installed`);
    expect(out).toContain('Next: atel enable');
    const hooks = hooksIn(local());
    expect(Object.keys(hooks)).toContain('SubagentStart');
    for (const absent of ['PostToolBatch', 'PostToolUseFailure', 'DirectoryAdded', 'UserPromptExpansion'])
      expect(Object.keys(hooks)).not.toContain(absent);
    expect(hooks['Stop']?.[0].hooks[0]).toEqual({
      type: 'command',
      command: `exec '${home}/.local/share/agent-telemetry/hooks/settings-project/capture.sh' Stop settings-project`,
      timeout: 5,
    });
  });

  it('init registers everything useful for a new client, and never what would change its behaviour', async () => {
    client('2.1.330');
    await atel('init');
    const hooks = hooksIn(local());
    const never = ['WorktreeCreate', 'WorktreeRemove', 'MessageDisplay', 'PreModelSwitch'];
    const names = HOOK_EVENTS.map(({ name }) => name).filter((name) => !never.includes(name));
    expect(Object.keys(hooks).toSorted()).toEqual(names.toSorted());
    expect(hooks['PostToolBatch']?.[0].hooks[0].args).toEqual(['PostToolBatch', 'settings-project']);
  });

  it.each([
    ['without a client', undefined],
    ['with a client that does not tell its version', 'latest'],
  ])('init registers the safe events %s', async (_what, version) => {
    if (version !== undefined) client(version);
    const { out } = await atel('init');
    expect(out).toContain('8 hook events, those every version knows');
    expect(Object.keys(hooksIn(local())).toSorted()).toEqual([
      'Notification',
      'PostToolUse',
      'PreToolUse',
      'SessionEnd',
      'SessionStart',
      'Stop',
      'SubagentStop',
      'UserPromptSubmit',
    ]);
  });

  it('init works on the checkout’s root from anywhere below, and on the user’s settings where told', async () => {
    await atel('init', {}, join(project, 'src'));
    expect(existsSync(local())).toBe(true);
    await atel('init --user --scope all');
    expect(hooksIn(join(home, '.claude/settings.json'))['Stop']?.[0].hooks[0].command).toContain(
      '/settings-user-all/',
    );
    await atel('init --user', { CLAUDE_CONFIG_DIR: join(root, 'config') });
    expect(existsSync(join(root, 'config/settings.json'))).toBe(true);
  });

  it('init bakes in the system’s programs, not those that stand before them on PATH', async () => {
    for (const name of ['cat', 'env']) {
      writeFileSync(join(bin, name), '#!/bin/sh\n');
      chmodSync(join(bin, name), 0o755);
    }
    await atel('init');
    const script = join(home, '.local/share/agent-telemetry/hooks/settings-project/capture.sh');
    expect(readFileSync(script, 'utf8')).toMatch(/^CAT='(\/usr)?\/bin\/cat'$/m);
    expect(readFileSync(script, 'utf8')).not.toContain(bin);
  });

  it('init for all sessions asks for no marker', async () => {
    expect((await atel('init --scope all')).out).not.toContain('atel enable');
  });

  it.each([
    ["exec '/home/x/.local/share/agent-telemetry/hooks/a/capture.sh' Stop a", true],
    ['${CLAUDE_PROJECT_DIR}/.claude/hooks/agent-telemetry-hook.sh', true],
    ['/home/x/.local/share/agent-telemetry/hooks/a/capture.sh.mine', false],
    ['/home/x/agent-telemetry-hook.shim', false],
    ['/home/x/hooks/a/capture.sh', false],
  ])('takes %j for a hook of ours: %s', (command, ours) => {
    expect(isOurCommand(command)).toBe(ours);
  });

  it.each(['enable', 'disable'])('%s takes no file for a directory', async (command) => {
    writeFileSync(join(project, 'file'), '');
    const { code, err } = await atel(`${command} file`);
    expect(code).toBe(3);
    expect(err).toBe(`atel: ${project}/file: there is no such directory; name an existing one\n`);
  });

  it('init does not ask for a marker that is there', async () => {
    await atel('enable');
    expect((await atel('init')).out).not.toContain('atel enable');
  });

  it('init says who may write managed settings, and of other places what the system says', () => {
    const refused = (): void => mkdirSync('/sys/agent-telemetry');
    expect(() => withRootAdvice('managed', refused)).toThrow(
      /^--managed: E[A-Z]+: .*; run it as root, or put in place by hand what --dry-run shows$/,
    );
    expect(() => withRootAdvice('user', refused)).toThrow(/^E[A-Z]+: /);
  });

  it('init again changes nothing and says so; uninstall takes it all back', async () => {
    client('2.1.330');
    await atel('init');
    const before = readFileSync(local());
    expect((await atel('init')).out).toContain(`${local()}: already installed, nothing changed`);
    expect(readFileSync(local())).toEqual(before);
    expect((await atel('uninstall')).out).toContain('removed, nothing else was in it');
    expect(readdirSync(project).toSorted()).toEqual(['.git', 'src']);
    expect((await atel('uninstall')).out).toContain('no hooks of ours here, nothing changed');
  });

  it('init --dry-run shows every line and writes nothing at all', async () => {
    client('2.1.330');
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com' };
    const { out } = await atel('init --dry-run', endpoint);
    for (const name of ['SessionStart', 'PostToolBatch', 'SessionEnd'])
      expect(out).toContain(`+     "${name}": [{`);
    expect(out).toContain('Nothing was written');
    expect(readdirSync(root).toSorted()).toEqual(['bin', 'home', 'project']);
    expect([...readdirSync(home), ...readdirSync(project)]).toEqual(['.git', 'src']);
  });

  it('init makes the private directories and the identity', async () => {
    await atel('init');
    const data = join(home, '.local/share/agent-telemetry');
    for (const each of ['', 'spool/q', 'spool/lost', 'sessions', 'hooks/settings-project'])
      expect(statSync(join(data, each)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(data, 'install.json'), 'utf8'))).toHaveProperty('install_id');
  });

  it('init takes the endpoint over from the environment, once, and shows no secret', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret',
    };
    const { out } = await atel('init', env);
    expect(out).toContain(
      'export settings from OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS of this environment',
    );
    expect(out).not.toContain('s3cret');
    const file = join(home, '.config/agent-telemetry/config.yaml');
    expect(readFileSync(file, 'utf8')).toContain('endpoint: https://otel.example.com');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await atel('init', env)).out).not.toContain('OTEL_');
  });

  it('init leaves broken settings alone and says in one line which and what to do', async () => {
    mkdirSync(join(project, '.claude'));
    writeFileSync(local(), '{"a": }');
    expect(await atel('init')).toEqual({
      code: 3,
      out: '',
      err: `atel: ${local()}: is not valid JSON; correct it and run this again; nothing was changed\n`,
    });
    expect(readFileSync(local(), 'utf8')).toBe('{"a": }');
    expect(readdirSync(home)).toEqual([]);
  });

  it('init changes nothing at all when a variable or the configuration cannot be used', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' };
    expect(await atel('init', env)).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^atel: OTEL_EXPORTER_OTLP_ENDPOINT: [^\n]*\n$/),
    });
    expect([...readdirSync(home), ...readdirSync(project)]).toEqual(['.git', 'src']);
  });

  it('init tells when events will be captured by two installations', async () => {
    await atel('init --user');
    expect((await atel('init')).out).toContain(`${home}/.claude/settings.json has our hooks too`);
  });

  it('init --shared is for every clone: a script beside the settings, and a copy for oneself', async () => {
    client('2.1.330');
    const { code, out } = await atel('init --project --shared', { XDG_DATA_HOME: join(root, 'data') });
    expect(code).toBe(0);
    const script = join(project, '.claude/hooks/agent-telemetry-hook.sh');
    expect(out).toContain(`${script}: written`);
    expect(out).toContain('Whoever uses these settings needs Claude Code 2.1.330 or newer');
    expect(out).toContain('sessions started in the project’s root or a worktree, not below');
    expect(hooksIn(join(project, '.claude/settings.json'))['Stop']?.[0].hooks[0]).toEqual({
      type: 'command',
      command: '${CLAUDE_PROJECT_DIR}/.claude/hooks/agent-telemetry-hook.sh',
      args: ['Stop', 'settings-shared'],
      timeout: 5,
    });
    expect(statSync(script).mode & 0o777).toBe(0o755);
    // Where the script looks for it, whatever XDG_DATA_HOME says; its paths are those of XDG_DATA_HOME.
    const copy = join(home, '.local/share/agent-telemetry/hooks/shared/capture.sh');
    expect(readFileSync(copy, 'utf8')).toContain(`QUEUE='${root}/data/agent-telemetry/spool/q'`);
    expect((await atel('init --shared')).out).not.toContain('written');
    expect((await atel('uninstall --shared')).out).toContain('removed, nothing else was in it');
    expect(readdirSync(project).toSorted()).toEqual(['.git', 'src']);
  });

  it('init --managed is for everybody: files that all can read, put back by uninstall', async () => {
    client('2.1.330');
    const managed = join(root, 'etc/claude-code');
    const flags = `--managed --managed-directory ${managed}`;
    const shown = await atel(`init ${flags} --dry-run`);
    expect(shown.out).toContain('+     "SessionStart": [{');
    expect(shown.out).toContain('"allowManagedHooksOnly": true in managed settings forbids that');
    expect(existsSync(managed)).toBe(false);
    const before = process.umask(0o077);
    try {
      await atel(`init ${flags}`);
    } finally {
      process.umask(before);
    }
    const settings = join(managed, 'managed-settings.d/agent-telemetry.json');
    const script = join(managed, 'agent-telemetry-hook.sh');
    expect(hooksIn(settings)['Stop']?.[0].hooks[0]).toMatchObject({
      command: script,
      args: ['Stop', 'managed'],
    });
    for (const [path, mode] of [
      [settings, 0o644],
      [script, 0o755],
      [managed, 0o755],
      [join(managed, 'managed-settings.d'), 0o755],
    ] as const)
      expect(statSync(path).mode & 0o777).toBe(mode);
    await atel(`uninstall ${flags}`);
    expect(existsSync(settings)).toBe(false);
    expect(existsSync(script)).toBe(false);
  });

  it('init --plugin makes a marketplace, and tells the client’s commands', async () => {
    client('2.1.330');
    const { out } = await atel('init --plugin');
    const dir = join(home, '.local/share/agent-telemetry/plugin');
    expect(out).toContain(`Next: claude plugin marketplace add '${dir}'`);
    const hooks = hooksIn(join(dir, 'agent-telemetry/hooks/hooks.json'));
    expect(hooks['Stop']?.[0].hooks[0]).toMatchObject({
      command: join(home, '.local/share/agent-telemetry/hooks/plugin/capture.sh'),
      args: ['Stop', 'plugin'],
    });
    expect((await atel('init --plugin')).out).toContain('already installed, nothing changed');
    expect((await atel('uninstall --plugin')).out).toContain(
      'claude plugin uninstall agent-telemetry@agent-telemetry',
    );
    expect(readdirSync(dir, { recursive: true }).filter((name) => String(name).includes('.'))).toEqual([]);
  });

  it('refuses --shared without a project', async () => {
    expect(await atel('init --user --shared')).toMatchObject({
      code: 3,
      err: 'atel: --shared: is for a project; leave it or --user out\n',
    });
  });

  it('refuses both files at once', async () => {
    expect(await atel('init --user --project')).toMatchObject({
      code: 3,
      err: 'atel: --project, --user: exclude each other; give one of them\n',
    });
  });

  it('enable makes the marker, for all to see, and disable removes it', async () => {
    const marker = join(project, '.telemetry-enabled');
    const enabled = await atel('enable', {}, join(project, 'src'));
    expect(enabled.out).toContain(`${marker}: made`);
    expect(enabled.out).toContain('Next: atel init');
    expect(statSync(marker).mode & 0o777).toBe(0o644);
    expect(readFileSync(marker, 'utf8').trim().split('\n')).toHaveLength(1);
    await atel('init');
    const again = await atel('enable');
    expect(again.out).toContain('already there, nothing changed');
    expect(again.out).toContain('Next: atel sessions');
    const disabled = await atel('disable');
    expect(disabled.out).toContain(`${marker}: removed`);
    expect(disabled.out).toContain('stay so until they end');
    expect(existsSync(marker)).toBe(false);
    expect((await atel('disable')).out).toContain('there is none, nothing changed');
  });

  it('disable tells of a marker above that still counts', async () => {
    await atel('enable');
    await atel(`enable ${project}/src`);
    expect((await atel(`disable ${project}/src`)).out).toContain(
      `Still recorded, since ${project} is marked: atel disable ${project}`,
    );
  });

  it('enable and disable know the project of a directory in it, and the marker where the user is', async () => {
    client('2.1.330');
    await atel('init');
    const source = join(project, 'src');
    expect((await atel('enable .', {}, source)).out).toContain('Next: atel sessions');
    expect((await atel('disable', {}, source)).out).toContain(
      `Still recorded, since ${source} is marked: atel disable ${source}`,
    );
    expect((await atel('disable .', {}, source)).out).not.toContain('Still recorded');
  });

  it('enable refuses a directory that is not there', async () => {
    expect(await atel('enable nowhere')).toEqual({
      code: 3,
      out: '',
      err: `atel: ${project}/nowhere: there is no such directory; name an existing one\n`,
    });
  });
});
