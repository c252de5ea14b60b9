/** `atel doctor` on a real session, a real Collector and a real Loki. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { hookCopyPath } from '../../src/capture/hook-copy.ts';
import { updateConfigFile } from '../../src/config/load.ts';
import { type AtelUser, createUser, stackDirOf, useStack } from '../helpers/atel.ts';
import { CLAUDE_BIN } from '../helpers/claude-client.ts';
import { call, createWorld, playScenario, removeWorld, session, type World } from '../helpers/scenario.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const documentSchema = z.object({
  checks: z.array(
    z.object({ name: z.string(), status: z.string(), text: z.string(), fix: z.string().optional() }),
  ),
});

const working = session([call('Bash', { command: 'echo worked' })]);

let world: World;
let user: AtelUser;
let stack: TestStack | undefined;
beforeEach(async () => {
  world = createWorld();
  user = createUser(world);
  await user.output(['init', '--user']);
  await user.output(['enable']);
});
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
  await removeWorld(world);
});

/** What is not in order. */
async function complaints(): Promise<readonly string[]> {
  const { stdout } = await user.atel(['doctor', '--json']);
  const { checks } = documentSchema.parse(JSON.parse(stdout));
  return checks.flatMap(({ name, status, text, fix }) =>
    status === 'ok' ? [] : [`${name} ${status}: ${text} → ${fix}`],
  );
}

describe('the doctor', () => {
  it('has nothing to say after a session of the real client, and sees that a hook was taken away', async () => {
    await playScenario(working, world);
    await user.drained();
    expect(await complaints()).toEqual([]);
    expect((await user.atel(['doctor'])).stdout).toMatch(/^ok {4}Last event {10}\w+, 0 min ago$/m);

    rmSync(hookCopyPath(user.paths, 'settings-user'));
    expect(await complaints()).toEqual([
      expect.stringMatching(/^script fail: .* is missing: nothing is recorded → atel init --user$/),
    ]);
    const before = user.events().length;
    await playScenario(working, world);
    expect(user.events().length).toBe(before);

    const fixed = await user.atel(['doctor', '--fix']);
    expect(fixed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(fixed.stdout).toMatch(/^mended {3}Capture script: /);
    await playScenario(working, world);
    await user.drained();
    expect(user.events().length).toBeGreaterThan(before);
  });

  it('finds the client that tests use', async () => {
    const { stdout } = await user.atel(['doctor']);
    expect(stdout).toMatch(new RegExp(`^ok {4}Claude Code {9}\\d+\\.\\d+\\.\\d+, ${CLAUDE_BIN}$`, 'm'));
  });
});

describe.skipIf(!stackParts)('the doctor, with Collector and Loki', () => {
  it('tells which of them has ended, and that the Collector refuses a wrong token', async () => {
    stack = await startStack({ dir: stackDirOf(world) });
    useStack(user, stack);
    await playScenario(working, world);
    await user.drained();
    await expect.poll(complaints, { timeout: 20_000 }).toEqual([]);

    await stack.loki.kill('SIGKILL');
    expect(await complaints()).toEqual([expect.stringMatching(/^loki fail: has ended.* → atel up$/)]);
    await stack.loki.restart();

    const authorization = ['export', 'headers', 'authorization'];
    updateConfigFile(user.paths.configFile, [[authorization, 'Bearer wrong']]);
    expect(await complaints()).toEqual([expect.stringMatching(/^endpoint fail: .*401.* → atel up$/)]);
    updateConfigFile(user.paths.configFile, [[authorization, `Bearer ${stack.collector.token}`]]);

    await stack.collector.kill('SIGKILL');
    expect((await complaints()).map((each) => each.split(':')[0])).toEqual([
      'endpoint fail',
      'collector fail',
    ]);
    await stack.collector.restart();
    await expect.poll(complaints, { timeout: 20_000 }).toEqual([]);
  });
});
