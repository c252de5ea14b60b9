import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handedCopyPath, renderHandover } from '../../src/capture/handover.ts';
import { writeForAll } from '../../src/capture/settings-file.ts';
import { type HookFixture, SHELLS, createHookFixture } from './hook-fixture.ts';

/** What a hook must look like to the client, whatever happens. */
const SILENT = { status: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

describe.each(SHELLS)('the hand-over script in $name', ({ command: shell }) => {
  describe.skipIf(shell.length === 0)('where that shell is installed', () => {
    let hook: HookFixture;
    let script: string;
    beforeEach(() => {
      hook = createHookFixture('marked', 'atel-Üm läut ');
      hook.mark();
      script = join(hook.project, '.claude/hooks/agent-telemetry-hook.sh');
      put(renderHandover('settings-shared', 'shared'));
    });
    afterEach(() => hook.remove());

    const put = (text: string): void => writeForAll(script, text, 0o755);
    const install = (): string => {
      const copy = handedCopyPath(hook.home, 'shared');
      mkdirSync(dirname(copy), { recursive: true });
      writeFileSync(copy, readFileSync(hook.script));
      return copy;
    };
    const replaced = (path: string): string => {
      rmSync(path);
      return path;
    };
    const run = (env: Record<string, string> = { HOME: hook.home }): SpawnSyncReturns<Buffer> => {
      const [program, ...args] = [...shell, script, 'Notification'];
      const base = { CLAUDE_PROJECT_DIR: hook.project };
      return spawnSync(program, args, { input: '{"a":1}', env: { ...base, ...env } });
    };

    it('gives the event to the user’s capture script, whose parent is then the client', () => {
      install();
      expect(run()).toMatchObject(SILENT);
      const [drop] = hook.drops();
      expect(drop?.header).toMatchObject({ event: 'Notification', installation: 'settings-shared' });
      expect(drop?.header.values['pid']).toBe(String(process.pid));
      expect(drop?.payload.toString()).toBe('{"a":1}');
    });

    it.each([
      ['nothing is installed', () => undefined],
      ['the copy is a directory', () => mkdirSync(handedCopyPath(hook.home, 'shared'), { recursive: true })],
      ['the copy is a link to nothing', () => symlinkSync('nowhere', replaced(install()))],
    ])('does nothing, in silence, where %s', (_what, prepare) => {
      prepare();
      expect(run()).toMatchObject(SILENT);
      expect(readdirSync(hook.paths.queueDir)).toEqual([]);
    });

    it('does nothing without a HOME, and takes no path from other variables', () => {
      install();
      const data = join(hook.home, '.local/share');
      const env = { XDG_DATA_HOME: data, ATEL_HOME: hook.home, CLAUDE_PLUGIN_ROOT: hook.home };
      expect(run(env)).toMatchObject(SILENT);
      expect(readdirSync(hook.paths.queueDir)).toEqual([]);
    });

    it('for managed settings goes by the user database, not by HOME', () => {
      install();
      put(renderHandover('managed', 'shared'));
      expect(run()).toMatchObject(SILENT);
      expect(readdirSync(hook.paths.queueDir)).toEqual([]);
      // What the database says is the same for all tests, so the script is asked instead of changed.
      const tell = `printf %s "$home" >'${script}.home'`;
      put(renderHandover('managed', 'shared').replace(/^hook=.*$/m, () => tell));
      expect(run({ HOME: '/nowhere' })).toMatchObject(SILENT);
      expect(readFileSync(`${script}.home`, 'utf8')).toBe(userInfo().homedir);
    });
  });
});
