import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HookFixture, SHELLS, createHookFixture } from './hook-fixture.ts';

/** Long enough for a launcher to have shown itself, if there was one. */
const SETTLE_MILLIS = 150;

describe.each(SHELLS)('the start of the forwarder in $name', ({ command: shell }) => {
  describe.skipIf(shell.length === 0)('where that shell is installed', () => {
    let hook: HookFixture;
    let other: ChildProcess;
    beforeEach(() => {
      hook = createHookFixture();
      hook.mark();
      other = spawn('sleep', ['30'], { stdio: 'ignore' });
    });
    afterEach(() => {
      other.kill('SIGKILL');
      hook.remove();
    });

    const startsAfter = async (event: string, pidFile?: string): Promise<number> => {
      if (pidFile !== undefined) writeFileSync(hook.paths.pidFile, pidFile);
      expect(hook.run({ shell, event })).toMatchObject({
        status: 0,
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
      });
      await Promise.race([hook.untilStarts(1), delay(SETTLE_MILLIS)]);
      return hook.starts().length;
    };

    it.each(['SessionStart', 'SessionEnd'])('happens on %s though one runs', async (event) => {
      expect(await startsAfter(event, `${other.pid}\n`)).toBe(1);
    });

    it.each(['UserPromptSubmit', 'Stop'])('happens on %s when there is no pid file', async (event) => {
      expect(await startsAfter(event)).toBe(1);
    });

    it.each(['', 'x', '-1', '0x1', '$(touch x)', '99999999'])(
      'happens when the pid file holds %j',
      async (text) => {
        expect(await startsAfter('Stop', text)).toBe(1);
      },
    );

    it('does not happen on Stop while one runs, with or without a line end in its pid file', async () => {
      expect(await startsAfter('Stop', `${other.pid}`)).toBe(0);
      expect(await startsAfter('UserPromptSubmit', `${other.pid} 1234\n`)).toBe(0);
    });

    it('does not happen on other events', async () => {
      expect(await startsAfter('PostToolUse')).toBe(0);
    });

    it('hands over a short clean environment and no limit of the file size', async () => {
      const env = {
        ANTHROPIC_API_KEY: 'secret',
        NODE_OPTIONS: '--require /evil',
        XDG_DATA_HOME: '/evil',
        HOME: '/evil',
      };
      hook.run({ shell, event: 'SessionStart', env });
      await hook.untilStarts(1);
      const [{ PWD: _pwd, _: _last, SHLVL: _level, OLDPWD: _old, ...started } = {}] = hook.starts();
      expect(started).toEqual({
        HOME: hook.home,
        PATH: '/usr/local/bin:/usr/bin:/bin',
        XDG_RUNTIME_DIR: hook.root,
        FILE_SIZE_LIMIT: 'unlimited',
      });
    });

    it('comes after the event is in the spool', async () => {
      hook.run({ shell, event: 'SessionStart' });
      await hook.untilStarts(1);
      expect(hook.drops()).toMatchObject([{ commit: 'ok', header: { event: 'SessionStart' } }]);
    });

    it('does not hold the hook', () => {
      hook.slowLauncher();
      const before = performance.now();
      hook.run({ shell, event: 'SessionStart' });
      expect(performance.now() - before).toBeLessThan(1000);
    });
  });
});
