import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellQuote } from '../../src/capture/shell-quote.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { type HookFixture, SESSION, SHELLS, createHookFixture } from './hook-fixture.ts';

for (const { name, command } of SHELLS)
  if (command.length === 0) console.warn(`!!! NOT TESTED: the hook in ${name}, which is not on PATH.`);

const SILENT = { status: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

describe.each(SHELLS)('capture.sh in $name', ({ command: shell }) => {
  describe.skipIf(shell.length === 0)('where that shell is installed', () => {
    let hook: HookFixture;
    beforeEach(() => {
      hook = createHookFixture('marked', "atel it's; $(x) ü ");
      hook.mark();
    });
    afterEach(() => hook.remove());

    const payloads: [string, Buffer][] = [
      ['JSON', Buffer.from('{"hook_event_name":"PostToolUse"}')],
      ['nothing', Buffer.alloc(0)],
      ['a newline at the end', Buffer.from('{}\n\n')],
      ['NULs and record separators', Buffer.from('\0\u001eOK x\n\n\u001eOK 1\n\0')],
      ['three megabytes of any bytes', randomBytes(3_000_000)],
    ];
    it.each(payloads)('keeps %s byte for byte', (_what, input) => {
      expect(hook.run({ shell, input })).toMatchObject(SILENT);
      const [drop] = hook.drops();
      expect(drop?.commit).toBe('ok');
      expect(drop?.payload.equals(input)).toBe(true);
    });

    it('tells event, installation and what the environment says of the session', () => {
      hook.run({
        shell,
        env: {
          CLAUDE_PID: '4711',
          AI_AGENT: 'claude-code_2-1-330_harness',
          CLAUDE_CODE_ENTRYPOINT: 'cli',
          CLAUDE_EFFORT: 'high',
          TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          ATEL_PARENT_SESSION: 'parent',
          ATEL_ROOT_SESSION: 'root',
        },
      });
      expect(hook.drops()[0]?.header).toMatchObject({
        event: 'PostToolUse',
        installation: 'test',
        values: {
          pid: '4711',
          agent: 'claude-code_2-1-330_harness',
          entrypoint: 'cli',
          project_dir: hook.project,
          session_id: SESSION,
          effort: 'high',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          parent_session: 'parent',
          root_session: 'root',
          marker: hook.project,
          active: 'marker',
        },
        refused: {},
      });
    });

    it('writes the very bytes that formatDropFile writes', () => {
      const input = Buffer.from('{"a":1}');
      hook.run({ shell, input, env: { CLAUDE_EFFORT: 'two\nlines\n' } });
      const [drop] = hook.drops();
      if (!drop) throw new Error('nothing was spooled');
      const bytes = readFileSync(join(hook.paths.queueDir, drop.header.name));
      expect(bytes).toEqual(formatDropFile(drop.header, input));
    });

    it('takes the parent process for the client where the environment names none', () => {
      hook.run({ shell, env: { CLAUDE_PID: '1; kill 1' } });
      expect(hook.drops()[0]?.header.values['pid']).toBe(String(process.pid));
    });

    it('lets no value run or forge anything', () => {
      const values = [
        `'; touch PWNED; '`,
        '$(touch PWNED)`touch PWNED`',
        '"\\"; touch PWNED #',
        'x\nactive=all\nevent=Forged\n\n\u001eOK x\n',
        '%s%n\\036\\n-e',
        '-n',
        '*',
      ];
      for (const value of values) {
        const env = Object.fromEntries(
          [
            'AI_AGENT',
            'CLAUDE_EFFORT',
            'TRACEPARENT',
            'ATEL_PARENT_SESSION',
            'ATEL_ROOT_SESSION',
            'CLAUDE_CODE_SESSION_ID',
            'CLAUDE_CODE_ENTRYPOINT',
          ].map((name) => [name, value]),
        );
        const run = hook.run({
          shell,
          event: value,
          installation: value,
          input: 'same',
          env,
          cwd: hook.root,
        });
        expect(run).toMatchObject(SILENT);
        const [drop] = hook.drops();
        const sent = {
          session_id: value,
          agent: value,
          effort: value,
          traceparent: value,
          entrypoint: value,
        };
        expect(drop?.header.values).toEqual({
          ...sent,
          pid: expect.any(String),
          parent_session: value,
          root_session: value,
          project_dir: hook.project,
          marker: hook.project,
          active: 'marker',
        });
        expect(drop?.header).toMatchObject({ event: value === '-n' ? '-n' : 'unknown', refused: {} });
        expect(drop?.payload.toString()).toBe('same');
        rmSync(join(hook.paths.queueDir, drop?.header.name ?? ''));
      }
      expect(existsSync(join(hook.root, 'PWNED'))).toBe(false);
    });

    it('says of a value that is too long or has too many lines that it was there', () => {
      const long = 'A'.repeat(100_000);
      const run = hook.run({
        shell,
        env: {
          AI_AGENT: long,
          CLAUDE_CODE_SESSION_ID: long,
          CLAUDE_EFFORT: 'x\n'.repeat(65),
          CLAUDE_CODE_ENTRYPOINT: 'x\n'.repeat(64),
          TRACEPARENT: 'A'.repeat(4096),
        },
      });
      expect(run).toMatchObject(SILENT);
      const header = hook.drops()[0]?.header;
      expect(header?.refused).toEqual({
        agent: 'too_long',
        session_id: 'too_long',
        effort: 'too_many_lines',
      });
      expect(header?.values['traceparent']).toHaveLength(4096);
      expect(header?.values['entrypoint']).toBe('x\n'.repeat(64));
    });

    it('runs the same under a hostile environment', () => {
      const run = hook.run({
        shell,
        env: {
          PATH: '/nowhere',
          IFS: '/atel',
          CDPATH: '/',
          ENV: '/nowhere/env',
          BASH_ENV: '/nowhere/env',
          LC_ALL: 'C',
          head: 'evil',
          marker: '/evil',
          name: 'evil',
          env_file: 'evil',
          QUEUE: '/evil',
          ATEL_SPOOL: '/evil',
          XDG_DATA_HOME: '/evil',
          HOME: '/evil',
          POSIXLY_CORRECT: '1',
        },
      });
      expect(run).toMatchObject(SILENT);
      expect(hook.drops()[0]).toMatchObject({ commit: 'ok', header: { values: { marker: hook.project } } });
      expect(Object.keys(hook.drops()[0]?.header.values ?? {})).not.toContain('env_file');
    });

    it.each([
      ['there is no /proc', undefined],
      ['it holds no uuid', '../../evil\n'],
    ])('names the event by process ids where %s', (_, text) => {
      const file = join(hook.root, 'uuid');
      if (text !== undefined) writeFileSync(file, text);
      hook.patch("'/proc/sys/kernel/random/uuid'", shellQuote(file));
      for (let i = 0; i < 3; i++)
        expect(hook.run({ shell, env: { name: 'dead-beef' } })).toMatchObject(SILENT);
      const names = hook.drops().map((drop) => drop?.header.name ?? '');
      expect(new Set(names).size).toBe(3);
      for (const name of names) expect(name).toMatch(new RegExp(`^${process.pid}\\.\\d+\\.0$`));
    });

    it('counts on where an event of the same process ids waits', () => {
      hook.patch('/proc/sys/kernel/random/uuid', '/nowhere/uuid');
      const script = `: >${shellQuote(hook.paths.queueDir)}/$PPID.$$.0; exec "$@"`;
      expect(hook.run({ shell: ['/bin/sh', '-c', script, 'sh', ...shell] })).toMatchObject(SILENT);
      const names = hook.drops().map((drop) => drop?.header.name ?? '');
      expect(names.filter(Boolean)).toEqual([expect.stringMatching(/^\d+\.\d+\.1$/)]);
      expect(hook.lost()).toEqual([]);
    });

    it('never writes over an event that has the same name', () => {
      writeFileSync(join(hook.root, 'uuid'), '0000-0000\n');
      hook.patch("'/proc/sys/kernel/random/uuid'", shellQuote(join(hook.root, 'uuid')));
      expect(hook.run({ shell, input: 'first' })).toMatchObject(SILENT);
      expect(hook.run({ shell, input: 'second' })).toMatchObject(SILENT);
      expect(hook.drops().map((drop) => drop?.payload.toString())).toEqual(['first']);
      expect(hook.lost()).toEqual([expect.stringMatching(/^open\d\.0000-0000$/)]);
    });

    it('counts bytes and knows ASCII only, whatever the locale', () => {
      const env = {
        LANG: 'C.UTF-8',
        LC_ALL: 'C.UTF-8',
        CLAUDE_EFFORT: 'ü'.repeat(2049),
        ATEL_PARENT_SESSION: 'ü',
      };
      expect(hook.run({ shell, env })).toMatchObject(SILENT);
      expect(hook.drops()[0]?.header).toMatchObject({
        refused: { effort: 'too_long' },
        values: { parent_session: 'ü' },
      });
    });

    it('ends with 0 even where the shell itself gives up', () => {
      hook.patch('\nfind_marker\n', '\n: "${NOT_SET:?}"\nfind_marker\n');
      expect(hook.run({ shell })).toMatchObject(SILENT);
      expect(hook.drops()).toEqual([]);
    });

    it('keeps files and marks to the user alone', () => {
      hook.run({ shell });
      const name = hook.drops()[0]?.header.name ?? '';
      expect(statSync(join(hook.paths.queueDir, name)).mode & 0o777).toBe(0o600);
      expect(statSync(join(hook.paths.sessionsDir, SESSION)).mode & 0o777).toBe(0o600);
    });

    it('leaves a mark where the spool is missing, a link, or not a directory', () => {
      const moved = `${hook.paths.queueDir}.moved`;
      renameSync(hook.paths.queueDir, moved);
      expect(hook.run({ shell })).toMatchObject(SILENT);
      symlinkSync(moved, hook.paths.queueDir);
      expect(hook.run({ shell })).toMatchObject(SILENT);
      rmSync(hook.paths.queueDir);
      writeFileSync(hook.paths.queueDir, '');
      expect(hook.run({ shell })).toMatchObject(SILENT);
      expect(hook.lost()).toHaveLength(3);
      for (const name of hook.lost()) expect(name).toMatch(/^nospool\.[0-9a-f-]{36}$/);
    });

    it.skipIf(process.getuid?.() !== 0)('leaves a mark where the spool is somebody else’s', () => {
      chownSync(hook.paths.queueDir, 65_534, 65_534);
      expect(hook.run({ shell })).toMatchObject(SILENT);
      expect(hook.drops()).toEqual([]);
      expect(hook.lost()).toEqual([expect.stringMatching(/^nospool\./)]);
    });

    it('leaves the mark beside the data directory when that is gone, and nothing when both are', () => {
      rmSync(hook.paths.spoolDir, { recursive: true });
      rmSync(hook.paths.fallbackLostDir, { recursive: true });
      expect(hook.run({ shell })).toMatchObject(SILENT);
      expect(hook.lost()).toEqual([expect.stringMatching(/^nospool\./)]);
      rmSync(hook.paths.fallbackLostDir, { recursive: true });
      writeFileSync(hook.paths.fallbackLostDir, '');
      expect(hook.run({ shell })).toMatchObject(SILENT);
    });

    it('keeps what fits and leaves a mark when the disk takes no more', () => {
      const limited = ['/bin/sh', '-c', 'ulimit -f 64; exec "$@"', 'sh', ...shell];
      const run = hook.run({ shell: limited, input: Buffer.alloc(300_000, 'x') });
      expect(run).toMatchObject(SILENT);
      const [drop] = hook.drops();
      expect(drop).toMatchObject({ commit: 'unmarked', header: { event: 'PostToolUse' } });
      expect(drop?.payload.length).toBeGreaterThan(20_000);
      expect(hook.lost()).toEqual([`write1.${drop?.header.name}`]);
    });

    it('leaves a mark when there is no program cat any more', () => {
      hook.patch(/CAT='[^']*'/.exec(readFileSync(hook.script, 'utf8'))?.[0] ?? '', "CAT='/nowhere/cat'");
      expect(hook.run({ shell })).toMatchObject(SILENT);
      expect(hook.lost()).toEqual([expect.stringMatching(/^write12[67]\./)]);
    });

    it('cuts a payload off at 64 MiB and says so', () => {
      const blocks = spawn(shell[0] ?? '', [...shell.slice(1), hook.script, 'PostToolUse', 'test'], {
        env: { CLAUDE_PROJECT_DIR: hook.project },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const ended = new Promise((resolve) => blocks.once('exit', resolve));
      blocks.stdin.on('error', () => {});
      const block = Buffer.alloc(1 << 20, 'x');
      for (let i = 0; i < 66; i++) blocks.stdin.write(block);
      blocks.stdin.end();
      return ended.then((code) => {
        expect(code).toBe(0);
        expect(hook.lost()).toEqual([expect.stringMatching(/^write1\./)]);
        expect(statSync(join(hook.paths.queueDir, (hook.lost()[0] ?? '').slice('write1.'.length))).size).toBe(
          1 << 26,
        );
      });
    });

    describe('which sessions are recorded', () => {
      it('finds the marker above the project, in odd directories too', () => {
        const deep = join(hook.project, "a b/it's/$(x)/*");
        mkdirSync(deep, { recursive: true });
        hook.run({ shell, env: { CLAUDE_PROJECT_DIR: `${deep}/` } });
        expect(hook.drops()[0]?.header.values).toMatchObject({ marker: hook.project, active: 'marker' });
      });

      it('records nothing and leaves nothing in an unmarked project', () => {
        rmSync(join(hook.project, '.telemetry-enabled'));
        const env = { CLAUDE_ENV_FILE: join(hook.root, 'env.sh') };
        expect(hook.run({ shell, event: 'SessionStart', env, input: 'x'.repeat(60_000) })).toMatchObject(
          SILENT,
        );
        expect([hook.drops(), hook.lost(), hook.starts()]).toEqual([[], [], []]);
        expect(existsSync(env.CLAUDE_ENV_FILE)).toBe(false);
        expect(existsSync(join(hook.paths.sessionsDir, SESSION))).toBe(false);
      });

      it.each(['', 'no/such/project'])(
        'goes by the working directory where %j is told for the project',
        (told) => {
          hook.run({ shell, cwd: hook.project, env: { CLAUDE_PROJECT_DIR: told } });
          expect(hook.drops()[0]?.header.values).toMatchObject({ marker: hook.project });
        },
      );

      it('names the marked directory without the slash that the project may end with', () => {
        hook.run({ shell, env: { CLAUDE_PROJECT_DIR: `${hook.project}/` } });
        expect(hook.drops()[0]?.header.values).toMatchObject({ marker: hook.project });
      });

      it('looks for no marker above a project that is too long for a path', () => {
        const env = { CLAUDE_PROJECT_DIR: `${hook.project}/${'a/'.repeat(2048)}` };
        expect(hook.run({ shell, env })).toMatchObject(SILENT);
        expect([hook.drops(), hook.lost()]).toEqual([[], []]);
      });

      it('is not decided by variables that are named as its own', () => {
        const planted = join(hook.root, 'planted');
        writeFileSync(planted, '');
        const env = { marker: '/', active: 'all', SCOPE: 'all', flag: planted, CLAUDE_CODE_SESSION_ID: '' };
        hook.run({ shell, env: { ...env, flag: join(hook.root, 'made') } });
        expect(existsSync(join(hook.root, 'made'))).toBe(false);
        rmSync(join(hook.project, '.telemetry-enabled'));
        expect(hook.run({ shell, env })).toMatchObject(SILENT);
        expect(hook.drops()).toHaveLength(1);
      });

      it('goes on with a session whose marker is removed, and with no other', () => {
        hook.run({ shell });
        rmSync(join(hook.project, '.telemetry-enabled'));
        hook.run({ shell });
        for (const id of ['other', '..', '.', '../sessions', '/'])
          hook.run({ shell, env: { CLAUDE_CODE_SESSION_ID: id } });
        const reasons = hook.drops().map((drop) => drop?.header.values['active'] ?? '');
        expect(new Set(reasons)).toEqual(new Set(['marker', 'session']));
        expect(reasons).toHaveLength(2);
      });

      it('records a child of a recorded session anywhere, and what it begins', () => {
        rmSync(join(hook.project, '.telemetry-enabled'));
        hook.run({ shell, env: { ATEL_PARENT_SESSION: 'parent' } });
        expect(hook.drops()[0]?.header.values).toMatchObject({ active: 'parent', parent_session: 'parent' });
        expect(existsSync(join(hook.paths.sessionsDir, SESSION))).toBe(true);
      });

      it('records every session where init was told so', () => {
        const all = createHookFixture('all');
        all.run({ shell });
        expect(all.drops()[0]?.header.values).toMatchObject({ active: 'all' });
        all.remove();
      });
    });

    describe('the environment file', () => {
      const envFileAfter = (
        env: Record<string, string>,
        file: string,
        event = 'SessionStart',
      ): string | undefined => {
        expect(hook.run({ shell, event, env: { CLAUDE_ENV_FILE: file, ...env } })).toMatchObject(SILENT);
        return hook.drops()[0]?.header.values['env_file'];
      };

      it('names the session as parent and root of nested ones, behind what is there', () => {
        const file = join(hook.root, 'env.sh');
        writeFileSync(file, 'export X=1\n');
        expect(envFileAfter({}, file)).toBe('written');
        expect(readFileSync(file, 'utf8')).toBe(
          `export X=1\nexport ATEL_PARENT_SESSION=${SESSION}\nexport ATEL_ROOT_SESSION=${SESSION}\n`,
        );
      });

      it('hands a parent’s root on', () => {
        const file = join(hook.root, 'env.sh');
        expect(envFileAfter({ ATEL_PARENT_SESSION: 'p', ATEL_ROOT_SESSION: 'r' }, file)).toBe('written');
        expect(readFileSync(file, 'utf8')).toContain(`SESSION=${SESSION}\nexport ATEL_ROOT_SESSION=r\n`);
      });

      it.each([
        ['root', 'p', 'r; touch PWNED'],
        ['parent', 'p; touch PWNED', 'r'],
      ])('is its own root where the %s it got is no plain id', (_, parent, root) => {
        const file = join(hook.root, 'env.sh');
        expect(envFileAfter({ ATEL_PARENT_SESSION: parent, ATEL_ROOT_SESSION: root }, file)).toBe('written');
        expect(readFileSync(file, 'utf8')).toContain(`export ATEL_ROOT_SESSION=${SESSION}\n`);
      });

      it.each(['x; touch PWNED', '$(id)', "'", 'a b', 'a\nb', '..', 'x'.repeat(129), 'ü'])(
        'is not written for the session id %j',
        (id) => {
          const file = join(hook.root, 'env.sh');
          expect(envFileAfter({ CLAUDE_CODE_SESSION_ID: id }, file)).toBe('refused');
          expect(existsSync(file)).toBe(false);
        },
      );

      it('is not written through a link, into a pipe, at a relative path, or where no directory is', () => {
        const [link, target, pipe] = [
          join(hook.root, 'link'),
          join(hook.root, 'target'),
          join(hook.root, 'pipe'),
        ];
        symlinkSync(target, link);
        execFileSync('mkfifo', [pipe]);
        for (const file of [link, pipe, 'env.sh', hook.root, join(hook.root, 'nowhere/env.sh')]) {
          expect(envFileAfter({}, file)).toBe('refused');
          rmSync(join(hook.paths.queueDir, hook.drops()[0]?.header.name ?? ''));
        }
        expect([target, join(hook.root, 'env.sh')].filter((file) => existsSync(file))).toEqual([]);
      });

      it('is written at the start of a session only', () => {
        const file = join(hook.root, 'env.sh');
        expect(envFileAfter({}, file, 'CwdChanged')).toBeUndefined();
        expect(existsSync(file)).toBe(false);
      });
    });
  });
});

describe('the installed script', () => {
  let hook: HookFixture;
  beforeEach(() => {
    hook = createHookFixture();
    hook.mark();
  });
  afterEach(() => hook.remove());

  it('runs by itself', () => {
    expect(hook.run()).toMatchObject(SILENT);
    expect(hook.drops()).toHaveLength(1);
  });

  it('keeps every one of many parallel events', async () => {
    const run = (nr: number): Promise<void> =>
      new Promise((resolve) => {
        const child = spawn(hook.script, ['PostToolUse', 'test'], {
          env: { CLAUDE_PROJECT_DIR: hook.project },
        });
        child.once('exit', () => resolve());
        child.stdin.end(`{"nr":${nr},"filler":"${'x'.repeat(100_000)}"}`);
      });
    await Promise.all(Array.from({ length: 60 }, (_, nr) => run(nr)));
    const numbers = hook.drops().map((drop) => /"nr":(\d+)/.exec(drop?.payload.toString() ?? '')?.[1]);
    expect(new Set(numbers).size).toBe(60);
    expect(hook.drops().every((drop) => drop?.commit === 'ok')).toBe(true);
  });

  it.skipIf(process.getuid?.() === 0)('leaves a mark where the spool may not be written', () => {
    chmodSync(hook.paths.queueDir, 0o500);
    expect(hook.run()).toMatchObject(SILENT);
    expect(hook.lost()).toEqual([expect.stringMatching(/^open\d\./)]);
  });
});
