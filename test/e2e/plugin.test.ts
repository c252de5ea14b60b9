/** The Claude Code plugin, installed with the real client’s own commands. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pluginDir } from '../../src/capture/plugin.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { type AtelUser, createUser, record } from '../helpers/atel.ts';
import { claudePlugin, installPlugin } from '../helpers/claude-client.ts';
import { call, createWorld, removeWorld, session, type World } from '../helpers/scenario.ts';

const PLUGIN = 'agent-telemetry@agent-telemetry';

const working = session(
  [call('Bash', { command: 'echo worked' }), call('Read', { file_path: 'README.md' })],
  { tools: 'Bash,Read' },
);

describe('the plugin', () => {
  let world: World;
  let user: AtelUser;
  beforeEach(async () => {
    world = createWorld();
    user = createUser(world);
  });
  afterEach(() => removeWorld(world));

  const place = () => ({ cwd: world.project, home: world.home });
  const install = async (): Promise<void> => {
    await user.output(['init', '--plugin']);
    installPlugin(place(), pluginDir(user.paths));
  };
  const installations = (records: readonly AtelRecord[]): readonly unknown[] => [
    ...new Set(records.map((each) => each.metadata?.installation)),
  ];

  it('is what the client’s validator takes for a plugin and a marketplace without fault', async () => {
    await user.output(['init', '--plugin']);
    const dir = pluginDir(user.paths);
    for (const each of [dir, join(dir, 'agent-telemetry')]) {
      const said = claudePlugin(place(), 'validate', '--strict', each);
      expect(said).toContain('Validation passed');
      expect(said).not.toContain('✘');
    }
  });

  it('records a session from its first to its last event', async () => {
    const said = await user.output(['init', '--plugin']);
    expect(said).toContain(`Next: claude plugin marketplace add '${pluginDir(user.paths)}'`);
    expect(said).toContain(`then: claude plugin install ${PLUGIN}`);
    await install();
    expect(claudePlugin(place(), 'list')).toMatch(/agent-telemetry@agent-telemetry[^❯]*enabled/);
    await user.output(['enable']);
    const records = await record(user, working, world);
    expect(records[0]?.hook_event).toBe('SessionStart');
    expect(records.map((each) => each.hook_event)).toEqual(
      expect.arrayContaining(['UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'PostToolBatch', 'Stop']),
    );
    expect(records.at(-1)?.hook_event).toBe('SessionEnd');
    expect(installations(records)).toEqual(['plugin']);
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });

  it('and the user’s settings together tell each event once', async () => {
    await install();
    await user.output(['enable']);
    const alone = await record(user, working, world);
    expect(await user.output(['init', '--user'])).toContain('events are captured twice and counted once');
    const both = await record(user, working, world);
    expect(both.map((each) => each.hook_event).toSorted()).toEqual(
      alone.map((each) => each.hook_event).toSorted(),
    );
    await user.stopForwarder();
    const stops = user.records().filter((each) => each.action_details?.kind === 'forwarder_stop');
    const duplicates = stops.map((each) => Number(each.action_details?.['duplicates']));
    expect(duplicates.reduce((sum, each) => sum + each, 0)).toBe(both.length);
  });

  it('takes a new scope from init alone, and is silent after uninstall', async () => {
    await install();
    expect(await record(user, working, world)).toEqual([]);
    await user.output(['init', '--plugin', '--scope', 'all']);
    expect(installations(await record(user, working, world))).toEqual(['plugin-all']);
    const said = await user.output(['uninstall', '--plugin']);
    expect(said).toContain(`claude plugin uninstall ${PLUGIN}`);
    claudePlugin(place(), 'uninstall', PLUGIN);
    claudePlugin(place(), 'marketplace', 'remove', 'agent-telemetry');
    expect(await record(user, working, world)).toEqual([]);
    expect(existsSync(join(pluginDir(user.paths), 'agent-telemetry/hooks'))).toBe(false);
  });
});
