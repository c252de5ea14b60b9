/** Clients that know fewer hook events than the newest one. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { processEnv } from '../../src/platform/env.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { type AtelUser, createUser, record } from '../helpers/atel.ts';
import { installClient } from '../helpers/install-client.ts';
import { call, createWorld, removeWorld, session, type World, writeWorldFile } from '../helpers/scenario.ts';

/** Up to this version an unknown event name voids the whole settings file, the deny rules included. */
const OLD = '2.1.100';

const settingsSchema = z.looseObject({ hooks: z.record(z.string(), z.unknown()) });

let world: World;
let user: AtelUser;
let bin: string;

beforeEach(async () => {
  const clients = join(resolvePaths(processEnv()).cacheDir, 'clients');
  bin = await installClient(OLD, clients, (line) => process.stderr.write(`${line}\n`));
  world = createWorld();
  user = createUser(world);
});
afterEach(() => removeWorld(world));

/** Everything is allowed but what the settings deny. */
const removing = session([
  call('Bash', { command: 'rm -r allowed' }),
  call('Bash', { command: 'rm -r denied' }),
]);

describe(`a client of version ${OLD}`, () => {
  it('is recorded after init, and a deny rule in the same settings still denies', async () => {
    const settings = join(world.project, '.claude/settings.local.json');
    writeWorldFile(settings, JSON.stringify({ permissions: { deny: ['Bash(rm -r denied)'] } }));
    for (const name of ['allowed', 'denied']) writeWorldFile(join(world.project, name, 'file'), '');

    const env = { PATH: `${dirname(bin)}:/usr/local/bin:/usr/bin:/bin` };
    const init = await user.atel(['init', '--project'], { env });
    expect(init).toMatchObject({ exitCode: 0, stderr: '' });
    expect(init.stdout).toContain(`Claude Code ${OLD}`);
    const { hooks } = settingsSchema.parse(JSON.parse(readFileSync(settings, 'utf8')));
    expect(Object.keys(hooks)).not.toContain('PostToolBatch');

    await user.output(['enable']);
    const events = await record(user, removing, world, { bin });
    expect(existsSync(join(world.project, 'allowed'))).toBe(false);
    expect(existsSync(join(world.project, 'denied/file'))).toBe(true);
    const calls = events.flatMap(({ hook_event: event, action_details: details }) =>
      details?.command === undefined ? [] : [`${event} ${details.command}`],
    );
    expect(calls).toEqual([
      'PreToolUse rm -r allowed',
      'PostToolUse rm -r allowed',
      'PreToolUse rm -r denied',
    ]);
    expect(events[0]?.hook_event).toBe('SessionStart');
    expect(events.at(-1)?.hook_event).toBe('SessionEnd');
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });
});
