import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type InstallReport, type InstallRequest, install } from '../../src/capture/install.ts';
import { uninstall } from '../../src/capture/uninstall.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';

const NOW = 1_795_000_000_000_000_000n;
const TEXTS: [string, string][] = [
  ['two spaces', '{\n  "permissions": {\n    "deny": ["Bash(rm:*)"]\n  }\n}\n'],
  ['a tab, and no line end at the end', '{\n\t"model": "opus",\n\t"n": 12345678901234567890\n}'],
  ['one line', '{"model":"opus","env":{"A":"1"}}'],
  ['carriage returns and a byte order mark', '\uFEFF{\r\n    "model": "opus"\r\n}\r\n'],
  ['nothing set', '{}'],
  ['not a byte', ''],
  [
    'hooks of others, laid out by hand',
    '{"hooks": {"PreToolUse": [ {"matcher":"Bash", "hooks":[{"type":"command","command":"./lint.sh"}]} ],\n "Stop": []},\n "model":"opus"}\n',
  ],
];

describe('the settings of Claude Code', () => {
  let root: string;
  let file: string;
  let paths: Paths;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
    mkdirSync(join(root, "o'brien"));
    paths = resolvePaths({ HOME: join(root, "o'brien"), XDG_RUNTIME_DIR: root });
    file = join(root, 'project/.claude/settings.local.json');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const read = (): string => readFileSync(file, 'utf8');
  const init = (request: Partial<InstallRequest> = {}): InstallReport =>
    install(paths, { HOME: paths.home, PATH: '/usr/bin:/bin' }, () => NOW, {
      kind: 'project',
      settingsPath: file,
      scope: 'marked',
      events: [{ name: 'SessionStart' }, { name: 'PreToolUse', perTool: true }],
      form: 'exec',
      dryRun: false,
      ...request,
    });
  const copyOf = (installation: string): string => join(paths.hooksDir, installation, 'capture.sh');

  it('gets the hooks in exec form, a matcher only where there are tools', () => {
    expect(init()).toMatchObject({ outcome: 'installed', settingsFile: file, backup: undefined });
    const command = copyOf('settings-project');
    const handler = (event: string) => ({
      type: 'command',
      command,
      args: [event, 'settings-project'],
      timeout: 5,
    });
    expect(JSON.parse(read())).toEqual({
      hooks: {
        SessionStart: [{ hooks: [handler('SessionStart')] }],
        PreToolUse: [{ matcher: '*', hooks: [handler('PreToolUse')] }],
      },
    });
    expect(statSync(command).mode & 0o777).toBe(0o700);
  });

  it('gets a command that a shell runs as one word for clients without exec form', () => {
    init({ form: 'shell' });
    const { command, args } = JSON.parse(read()).hooks.SessionStart[0].hooks[0];
    expect(args).toBeUndefined();
    mkdirSync(join(root, 'marked'));
    writeFileSync(join(root, 'marked/.telemetry-enabled'), '');
    const env = { CLAUDE_PROJECT_DIR: join(root, 'marked') };
    execFileSync('/bin/sh', ['-c', command.replace('SessionStart', 'Notification')], { env, input: '{}' });
    const [name = ''] = readdirSync(paths.queueDir);
    expect(readFileSync(join(paths.queueDir, name), 'utf8')).toMatch(
      new RegExp(`^atel-spool/1 Notification settings-project ${name}\npid=${process.pid}\n`),
    );
  });

  it.each(TEXTS)('are byte for byte what they were after install and uninstall: %s', (_what, text) => {
    put(text);
    chmodSync(file, 0o640);
    const { backup = '' } = init();
    expect(readFileSync(backup, 'utf8')).toBe(text);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const { hooks, ...rest } = JSON.parse(read().replace('\uFEFF', ''));
    expect(Object.keys(hooks)).toContain('SessionStart');
    expect(rest).toEqual(
      Object.fromEntries(
        Object.entries(text ? JSON.parse(text.replace('\uFEFF', '')) : {}).filter(([key]) => key !== 'hooks'),
      ),
    );
    expect(uninstall(file)).toEqual({ outcome: 'restored', settingsFile: file, backup: undefined });
    expect(read()).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dirname(file))).toEqual(['settings.local.json']);
  });

  it('are not touched by a second install', () => {
    put('{\n  "model": "opus"\n}\n');
    init();
    const before = read();
    expect(init()).toMatchObject({ outcome: 'unchanged', diff: [], backup: undefined });
    expect(read()).toBe(before);
    expect(readdirSync(dirname(file))).toHaveLength(2);
  });

  it('are known again after the client has laid them out anew', () => {
    init();
    put(JSON.stringify(JSON.parse(read()), null, 2));
    expect(init().outcome).toBe('unchanged');
  });

  it('are brought up to date in place: other events, another form, another scope', () => {
    init();
    const edited = JSON.parse(read());
    const other = { matcher: 'Bash', hooks: [{ type: 'command', command: 'after.sh' }] };
    edited.hooks.PreToolUse.push(other);
    put(JSON.stringify(edited));
    expect(
      init({ form: 'shell', scope: 'all', events: [{ name: 'PreToolUse', perTool: true }] }),
    ).toMatchObject({
      outcome: 'updated',
      backup: undefined,
    });
    const command = `exec '${copyOf('settings-project-all').replace("'", `'\\''`)}' PreToolUse settings-project-all`;
    expect(JSON.parse(read()).hooks).toEqual({
      PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command, timeout: 5 }] }, other],
    });
  });

  it('keep one copy of our hook where there were two, and foreign hooks in a group with ours', () => {
    init();
    const { hooks } = JSON.parse(read());
    const [group] = hooks.SessionStart;
    const foreign = { type: 'command', command: 'mine.sh' };
    put(
      JSON.stringify({
        hooks: {
          ...hooks,
          SessionStart: [{ matcher: 'startup', hooks: [foreign, ...group.hooks] }, group, group],
        },
      }),
    );
    init();
    expect(JSON.parse(read()).hooks.SessionStart).toEqual([{ matcher: 'startup', hooks: [foreign] }, group]);
  });

  it('keep later edits of the user on uninstall, and the backup', () => {
    put('{\n  "model": "opus"\n}\n');
    const { backup } = init();
    const edited = JSON.parse(read());
    edited.model = 'sonnet';
    edited.hooks.Stop = [{ hooks: [{ type: 'command', command: 'bell.sh' }] }];
    put(JSON.stringify(edited, null, 2));
    expect(uninstall(file)).toEqual({ outcome: 'edited', settingsFile: file, backup });
    expect(JSON.parse(read())).toEqual({ model: 'sonnet', hooks: { Stop: edited.hooks.Stop } });
  });

  it('go again where init made them, with their directory', () => {
    init();
    expect(uninstall(file).outcome).toBe('removed');
    expect(existsSync(dirname(file))).toBe(false);
    expect(uninstall(file).outcome).toBe('absent');
  });

  it('stay a link where they are one', () => {
    put('');
    const target = join(root, 'dotfiles.json');
    writeFileSync(target, '{"model":"opus"}');
    rmSync(file);
    symlinkSync(target, file);
    expect(init().settingsFile).toBe(target);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    uninstall(file);
    expect(readFileSync(target, 'utf8')).toBe('{"model":"opus"}');
  });

  it.each([
    ['{"model": }', 'is not valid JSON'],
    ['// comment\n{}', 'is not valid JSON'],
    ['[]', 'expected object'],
    ['{"hooks": []}', 'hooks'],
    ['{"hooks": {"Stop": {}}}', 'hooks.Stop'],
    ['{"hooks": {"Stop": ["x"]}}', 'hooks.Stop.0'],
  ])('are refused and left alone when they are %j', (text, problem) => {
    put(text);
    for (const run of [() => init(), () => uninstall(file)]) {
      expect(run).toThrow(expect.objectContaining({ name: 'AtelError', kind: 'input', where: file }));
      expect(run).toThrow(problem);
    }
    expect(read()).toBe(text);
    expect(existsSync(paths.dataDir)).toBe(false);
  });

  it('and everything else stay as they are in a dry run', () => {
    put('{}');
    const report = init({ dryRun: true });
    expect(report.outcome).toBe('installed');
    expect(report.diff.filter((line) => line.startsWith('+')).join('\n')).toContain(
      '"PreToolUse": [{ "matcher": "*"',
    );
    expect(read()).toBe('{}');
    expect(readdirSync(root).toSorted()).toEqual(["o'brien", 'project']);
    expect(readdirSync(paths.home)).toEqual([]);
  });

  it('show in the difference only lines that change, safe for a terminal', () => {
    put('{\n  "a": "\u009b31m",\n  "b": 1,\n  "c": 2\n}\n');
    const { diff } = init();
    expect(diff.slice(0, 4)).toEqual(['  …', '    "b": 1,', '-   "c": 2', '+   "c": 2,']);
    put('{\n  "a": "\u009b31m"\n}\n');
    expect(init().diff.join('\n')).toContain('\\u{9b}31m');
  });

  it('stand beside the user’s own installation without sharing a script', () => {
    init({ scope: 'all' });
    install(paths, { HOME: paths.home, PATH: '/usr/bin' }, () => NOW, {
      kind: 'user',
      settingsPath: join(paths.home, '.claude/settings.json'),
      scope: 'marked',
      events: [{ name: 'Stop' }],
      form: 'exec',
      dryRun: false,
    });
    expect(readFileSync(copyOf('settings-project-all'), 'utf8')).toContain("SCOPE='all'");
    expect(readFileSync(copyOf('settings-user'), 'utf8')).toContain("SCOPE='marked'");
  });
});
