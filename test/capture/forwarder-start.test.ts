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

    const expectStarts = async (count: 0 | 1, event: string, pidFile?: string): Promise<void> => {
      if (pidFile !== undefined) writeFileSync(hook.paths.pidFile, pidFile);
      expect(hook.run({ shell, event })).toMatchObject({
        status: 0,
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
      });
      await (count === 0 ? delay(SETTLE_MILLIS) : hook.untilStarts(count));
      expect(hook.starts().length).toBe(count);
    };

    it.each(['SessionStart', 'SessionEnd'])('happens on %s though one runs', async (event) => {
      await expectStarts(1, event, `${other.pid}\n`);
    });

    it.each(['UserPromptSubmit', 'Stop'])('happens on %s when there is no pid file', async (event) => {
      await expectStarts(1, event);
    });

    it.each(['', 'x', '-1', '0x1', '$(touch x)', '99999999'])(
      'happens when the pid file holds %j',
      async (text) => {
        await expectStarts(1, 'Stop', text);
      },
    );

    it('does not happen on Stop while one runs, with or without a line end in its pid file', async () => {
      await expectStarts(0, 'Stop', `${other.pid}`);
      await expectStarts(0, 'UserPromptSubmit', `${other.pid} 1234\n`);
    });

    it('does not happen on other events', async () => {
      await expectStarts(0, 'PostToolUse');
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

    it('hands over the limit of the file size that the hook itself may not lift', async () => {
      const limited = ['/bin/sh', '-c', 'ulimit -f 200000; exec "$@"', 'sh', ...shell];
      hook.run({ shell: limited, event: 'SessionStart' });
      await hook.untilStarts(1);
      expect(hook.starts()[0]?.['FILE_SIZE_LIMIT']).toBe('200000');
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
