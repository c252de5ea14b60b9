import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findClients } from '../../src/capture/clients.ts';
import { findProjectRoot } from '../../src/capture/project-root.ts';

describe('the search for clients', () => {
  let root: string;
  let home: string;
  let project: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
    home = join(root, 'home');
    project = join(root, 'project');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, text: string, mode = 0o755): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const client = (path: string, script: string): string => put(path, `#!/bin/sh\n${script}\n`);
  const find = (...path: string[]) =>
    findClients({ PATH: [...path, '/usr/bin', '/bin'].join(':'), SECRET: 'x' }, home, project);

  it('asks each distinct client once, wherever it stands', async () => {
    const first = client(join(root, 'a/claude'), 'echo "2.1.330 (Claude Code)"');
    mkdirSync(join(root, 'b'));
    symlinkSync(first, join(root, 'b/claude'));
    client(join(home, '.claude/local/claude'), 'echo 2.0.14');
    client(join(home, '.local/bin/claude'), 'echo 2.1.100-beta.1');
    expect(await find(join(root, 'a'), join(root, 'b'), 'relative')).toEqual([
      { path: first, version: '2.1.330' },
      { path: join(home, '.claude/local/claude'), version: '2.0.14' },
      { path: join(home, '.local/bin/claude'), version: '2.1.100' },
    ]);
  });

  it('knows no version of a client that fails, talks nonsense or hangs', { timeout: 15_000 }, async () => {
    client(join(root, 'a/claude'), 'echo 2.1.330; exit 1');
    client(join(root, 'b/claude'), 'echo Claude');
    client(join(root, 'c/claude'), 'exec sleep 60');
    const found = await find(...['a', 'b', 'c'].map((name) => join(root, name)));
    expect(found.map(({ version }) => version)).toEqual([undefined, undefined, undefined]);
  });

  it('runs a client with a short environment and no input', async () => {
    client(
      join(root, 'a/claude'),
      `test -z "$SECRET" && test "$HOME" = '${home}' && ! read -r line && echo 1.2.3`,
    );
    expect(await find(join(root, 'a'))).toMatchObject([{ version: '1.2.3' }]);
  });

  it('never runs what the project brings along, but reads its manifest', async () => {
    const packaged = join(project, 'node_modules/@anthropic-ai/claude-code');
    client(join(packaged, 'bin/claude.exe'), `touch '${root}/ran'; echo 2.0.0`);
    mkdirSync(join(project, 'node_modules/.bin'));
    symlinkSync(join(packaged, 'bin/claude.exe'), join(project, 'node_modules/.bin/claude'));
    const path = join(project, 'node_modules/.bin/claude');
    expect(await find(join(project, 'node_modules/.bin'))).toEqual([{ path, version: undefined }]);
    put(join(packaged, 'package.json'), '{"name": "@anthropic-ai/claude-code", "version": "2.1.138"}', 0o644);
    expect(await find()).toEqual([{ path, version: '2.1.138' }]);
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  it.each([
    ['a link in its packages to a program elsewhere', 'project/node_modules/.bin', 'project/claude.sh'],
    ['a link elsewhere to a program in its packages', 'bin', 'project/node_modules/x/claude.sh'],
  ])('does not run %s', async (_, directory, target) => {
    const program = client(join(root, target), `touch '${root}/ran'; echo 2.0.0`);
    const path = join(root, directory, 'claude');
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(program, path);
    expect(await find(join(root, directory))).toEqual([{ path, version: undefined }]);
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  it('believes no manifest of another package', async () => {
    const packaged = join(project, 'node_modules/other');
    client(join(packaged, 'claude'), 'echo 2.0.0');
    put(join(packaged, 'package.json'), '{"name": "other", "version": "9.9.9"}', 0o644);
    expect(await find(packaged)).toMatchObject([{ version: undefined }]);
  });

  it('finds nothing where nothing is, and minds no file that cannot be run', async () => {
    put(join(root, 'a/claude'), 'text', 0o644);
    mkdirSync(join(root, 'b/claude'), { recursive: true });
    expect(await find(join(root, 'a'), join(root, 'b'), join(root, 'c'))).toEqual([]);
  });

  describe('the project root', () => {
    it('is the checkout’s root, else the nearest directory with .claude, else here; HOME never', () => {
      const deep = join(home, 'work/shop/src/lib');
      for (const each of [deep, join(home, '.git'), join(home, '.claude')])
        mkdirSync(each, { recursive: true });
      expect(findProjectRoot(deep, home)).toBe(deep);
      mkdirSync(join(home, 'work/shop/src/.claude'));
      expect(findProjectRoot(deep, home)).toBe(join(home, 'work/shop/src'));
      put(join(home, 'work/shop/.git'), 'gitdir: elsewhere');
      expect(findProjectRoot(deep, home)).toBe(join(home, 'work/shop'));
      expect(findProjectRoot(home, home)).toBe(home);
    });
  });
});
