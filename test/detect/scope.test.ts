import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { PathUse } from '../../src/event/path-use.ts';
import { createScope, type Judgement, type Where } from '../../src/detect/scope.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const at = (path: string): string => join(root, path);
const file = (path: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), '');
};
for (const path of [
  'home/ann/work/project/src/a.ts',
  'home/ann/work/project/.claude/worktrees/one/src/a.ts',
  'home/ann/work/project-two/b.ts',
  'home/ann/.ssh/id_rsa',
  'home/bob/notes.txt',
  'elsewhere/tree/x.ts',
  'scratch/tmp.txt',
]) {
  file(path);
}
symlinkSync(at('elsewhere'), at('home/ann/work/project/out'));
symlinkSync('src/a.ts', at('home/ann/work/project/inner.ts'));
symlinkSync(at('home/ann/work/project'), at('home/ann/shortcut'));
symlinkSync(at('elsewhere'), at('home/ann/away'));
symlinkSync('loop', at('home/ann/work/project/loop'));

const existing = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};
const scope = createScope({
  realpath: existing,
  home: at('home/ann'),
  userHome: (name) => (name === 'bob' ? at('home/bob') : undefined),
});
const projectRoot = at('home/ann/work/project');
const where: Where = { cwd: projectRoot, projectRoot, additionalDirectories: [] };

function judge(path: string, options: Partial<Where> & { access?: PathUse['access'] } = {}): Judgement {
  const { access = 'read', ...rest } = options;
  return scope.judge({ path, access, via: 'command' }, { ...where, ...rest });
}

describe('the scope of a project', () => {
  it.each([
    ['src/a.ts', 'home/ann/work/project/src/a.ts'],
    ['.', 'home/ann/work/project'],
    ['', 'home/ann/work/project'],
    ['./src/../src/a.ts', 'home/ann/work/project/src/a.ts'],
    ['new/file.ts', 'home/ann/work/project/new/file.ts'],
    ['src/*.ts', 'home/ann/work/project/src/*.ts'],
    ['~/work/project/x', 'home/ann/work/project/x'],
    ['~ann', 'home/ann/work/project/~ann'],
    ['../project/src', 'home/ann/work/project/src'],
    ['inner.ts', 'home/ann/work/project/inner.ts'],
    ['loop', 'home/ann/work/project/loop'],
    ['.claude/worktrees/one/src/a.ts', 'home/ann/work/project/.claude/worktrees/one/src/a.ts'],
    ['~/shortcut/src/a.ts', 'home/ann/shortcut/src/a.ts'],
  ])('holds %j', (path, resolved) => {
    expect(judge(path)).toMatchObject({ outside: false, path: at(resolved) });
  });

  it.each([
    ['..', 'home/ann/work', 'parent-escape'],
    ['../project-two/b.ts', 'home/ann/work/project-two/b.ts', 'parent-escape'],
    ['src/../../x', 'home/ann/work/x', 'parent-escape'],
    ['../../../../..', '..', 'parent-escape'],
    ['~', 'home/ann', 'home'],
    ['~/.ssh/id_rsa', 'home/ann/.ssh/id_rsa', 'home'],
    ['~/away/tree/x.ts', 'home/ann/away/tree/x.ts', 'home'],
    ['~bob/notes.txt', 'home/bob/notes.txt', 'other-home'],
    ['../../../bob/notes.txt', 'home/bob/notes.txt', 'other-home'],
    ['out/tree/x.ts', 'home/ann/work/project/out/tree/x.ts', 'symlink'],
    ['out/new.ts', 'home/ann/work/project/out/new.ts', 'symlink'],
    ['out/..', 'home/ann/work/project', 'symlink'],
  ])('does not hold %j', (path, resolved, reason) => {
    expect(judge(path)).toMatchObject({ outside: true, path: at(resolved), reason });
  });

  it('names the target of a symlink that leaves', () => {
    expect(judge('out/new.ts').why).toBe(
      `leaves the project through a symlink, to ${at('elsewhere/new.ts')}`,
    );
  });

  it('takes .. behind a symlink as the kernel does', () => {
    const project = at('home/ann/shortcut');
    expect(judge('out/../scratch/tmp.txt')).toMatchObject({ outside: true, real: at('scratch/tmp.txt') });
    expect(judge('../shortcut/src', { cwd: project, projectRoot: project }).outside).toBe(true);
  });

  it('is the same when the project is reached through a symlink', () => {
    const project = at('home/ann/shortcut');
    expect(judge('src/a.ts', { cwd: project, projectRoot: project }).outside).toBe(false);
    expect(judge(at('home/ann/work/project/src/a.ts'), { cwd: project, projectRoot: project }).outside).toBe(
      false,
    );
  });

  it('knows the homes of other users, and what only holds homes', () => {
    expect(judge('/root/.bashrc')).toMatchObject({ outside: true, reason: 'other-home' });
    expect(judge('/home/carl/x')).toMatchObject({ outside: true, reason: 'other-home' });
    expect(judge('/home')).toMatchObject({ outside: true, reason: 'absolute' });
    const world = { realpath: () => undefined, home: '/app', userHome: () => undefined };
    const use: PathUse = { path: '/etc/hosts', access: 'read', via: 'command' };
    const judged = createScope(world).judge(use, { cwd: '/p', projectRoot: '/p', additionalDirectories: [] });
    expect(judged.reason).toBe('absolute');
  });

  it('is not widened by a relative directory, whose place nobody knows', () => {
    const beside = resolve('somewhere');
    expect(judge(beside, { additionalDirectories: ['.', 'somewhere'] }).outside).toBe(true);
  });

  it('is judged from the working directory', () => {
    expect(judge('../x', { cwd: join(projectRoot, 'src') })).toMatchObject({
      outside: false,
      path: join(projectRoot, 'x'),
    });
    for (const path of ['b.ts', '../project-two'])
      expect(judge(path, { cwd: at('home/ann/work/project-two') })).toMatchObject({
        outside: true,
        reason: 'directory',
      });
  });

  it('holds added directories and the scratchpad', () => {
    const path = at('elsewhere/tree/x.ts');
    expect(judge(path).outside).toBe(true);
    expect(judge(path, { additionalDirectories: [at('elsewhere/tree')] }).outside).toBe(false);
    expect(judge('out/tree/x.ts', { additionalDirectories: [at('elsewhere')] }).outside).toBe(false);
    expect(judge(at('scratch/tmp.txt'), { scratchpad: at('scratch') }).outside).toBe(false);
  });

  it('lets programs of the system run, but not files be read there', () => {
    expect(judge('/usr/bin/env', { access: 'execute' }).outside).toBe(false);
    expect(judge('/usr/bin/env')).toMatchObject({ outside: true, reason: 'absolute' });
    expect(judge('/usr/../etc/x', { access: 'execute' }).outside).toBe(true);
  });

  it('knows directories for temporary files, and devices', () => {
    expect(judge('/dev/shm/x')).toMatchObject({ outside: true, reason: 'temporary' });
    for (const device of ['/dev/null', '/dev/stdin', '/dev/fd/3']) expect(judge(device).outside).toBe(false);
    expect(judge('/dev/fd/../../etc/hosts').outside).toBe(true);
    expect(judge('/dev/sda').outside).toBe(true);
  });

  it('does not fold case', () => {
    expect(judge(at('home/ann/work/Project/x')).outside).toBe(true);
  });

  it('resolves any path without links and ~ like path.resolve, and never throws', () => {
    const name = fc.oneof(
      fc.constantFrom('..', '.', '', 'a', 'src', 'node_modules'),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const path = fc
      .array(name, { maxLength: 12 })
      .map((names) => names.join('/'))
      .filter((text) => !text.startsWith('~'));
    fc.assert(
      fc.property(path, (text) => {
        const plain = createScope({
          realpath: () => undefined,
          home: '/home/ann',
          userHome: () => undefined,
        });
        const use: PathUse = { path: text, access: 'read', via: 'tool_input' };
        const judged = plain.judge(use, { cwd: '/p/q', projectRoot: '/p', additionalDirectories: [] });
        const expected = resolve('/p/q', text);
        expect(judged).toMatchObject({ path: expected, real: expected });
        expect(judged.outside).toBe(expected !== '/p' && !expected.startsWith('/p/'));
        expect(() => judge(text)).not.toThrow();
        expect(() => judge(`~${text}`)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('asks the disk only a few times for a long path, and not at all for one that it cannot hold', () => {
    let asked = 0;
    const counting = createScope({
      realpath: (path) => {
        asked += 1;
        return existing(path);
      },
      home: at('home/ann'),
      userHome: () => undefined,
    });
    const costOf = (path: string): number => {
      asked = 0;
      counting.judge({ path, access: 'read', via: 'tool_input' }, { ...where, projectRoot: '/', cwd: '/' });
      return asked;
    };
    const ofAnyPath = costOf('/');
    expect(costOf('x/'.repeat(2000))).toBeLessThan(20);
    expect([costOf('x'.repeat(5000)), costOf('a\0b')]).toEqual([ofAnyPath - 1, ofAnyPath - 1]);
  });
});
