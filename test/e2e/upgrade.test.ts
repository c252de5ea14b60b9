/** What earlier versions left on a user's disk (`scripts/keep-release.ts`) is taken over by this one. */
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSegments } from '../../src/journal/segments.ts';
import { type AtelUser, createUser } from '../helpers/atel.ts';
import { everyday } from '../helpers/scenario-sessions.ts';
import { createWorld, playScenario, removeWorld, type World } from '../helpers/scenario.ts';

const RELEASES = fileURLToPath(new URL('../fixtures/releases', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

describe.each(readdirSync(RELEASES))('what version %s left', (version) => {
  let world: World;
  let user: AtelUser;
  let before: Buffer;
  beforeEach(() => {
    world = createWorld();
    user = createUser(world);
    before = restore(join(RELEASES, version), world, user);
  });
  afterEach(() => removeWorld(world));

  it('is verified as it is, and shown', async () => {
    expect(await user.output(['verify'])).toMatch(/^intact/);
    const [session = ''] = user.events().map((each) => each.session_id ?? '');
    expect(await user.output(['sessions', '--json'])).toContain(session);
    expect(await user.output(['timeline', session])).toContain('echo built');
    expect(await user.output(['findings', '--json'])).toContain('"rule"');
  });

  it('goes on: spooled events, the chain of the same install, a new session of the client', async () => {
    const [stream] = user.records().map((each) => each.audit.stream);
    await user.output(['forward', '--once']);
    expect(readdirSync(user.paths.queueDir)).toEqual([]);
    const kept = user.events().length;

    await user.output(['init', '--user']);
    await user.output(['enable']);
    await playScenario(everyday, world);
    await user.drained();
    const records = user.records();
    expect(user.events().length).toBeGreaterThan(kept);
    expect(new Set(records.map((each) => each.audit.stream))).toEqual(new Set([stream]));
    expect(records.map((each) => each.audit.seq)).toEqual(records.map((_, index) => index + 1));
    expect(records.at(-1)?.agent_context?.agent_group).toBe('kept');
    const [segment = ''] = listSegments(user.paths.journalDir);
    const now = readFileSync(join(user.paths.journalDir, segment));
    expect(now.subarray(0, before.length)).toEqual(before);
    expect(await user.output(['verify'])).toMatch(/^intact/);
  });

  it('records with its old hook until init brings that up to date, once', async () => {
    await user.output(['enable']);
    await playScenario(everyday, world);
    await user.drained();
    expect(user.events().at(-1)?.hook_event).toBe('SessionEnd');

    const settings = join(world.home, '.claude/settings.json');
    await user.output(['init', '--user']);
    expect(await user.output(['init', '--user'])).toContain('already installed, nothing changed');
    expect((await user.atel(['doctor'])).exitCode).toBe(0);
    const backups = readdirSync(join(world.home, '.claude')).filter((name) => name.includes('backup-'));
    expect(backups).toHaveLength(1);
    expect(await user.output(['uninstall', '--user'])).toContain('restored, byte for byte');
    expect(readFileSync(settings, 'utf8')).toBe('{\n  "model": "sonnet"\n}\n');
  });
});

/** Puts a release's files where they were, on this machine. @returns the journal's first segment */
function restore(release: string, { home }: World, { paths }: AtelUser): Buffer {
  mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 });
  cpSync(join(release, 'data'), paths.dataDir, { recursive: true });
  cpSync(join(release, 'claude'), join(home, '.claude'), { recursive: true });
  const configDir = join(paths.configFile, '..');
  mkdirSync(configDir, { recursive: true });
  cpSync(join(release, 'config.yaml'), paths.configFile);
  const hooks = readdirSync(paths.hooksDir).map((name) => join(paths.hooksDir, name, 'capture.sh'));
  const settings = readdirSync(join(home, '.claude')).map((name) => join(home, '.claude', name));
  for (const file of [...hooks, ...settings]) {
    const text = readFileSync(file, 'utf8');
    const here = { HOME: home, NODE: process.execPath, PACKAGE };
    writeFileSync(
      file,
      Object.entries(here).reduce((all, [name, value]) => all.replaceAll(`@${name}@`, value), text),
    );
  }
  // Git keeps neither these modes nor empty directories.
  for (const directory of [paths.queueDir, paths.quarantineDir, paths.lostDir])
    mkdirSync(directory, { recursive: true });
  for (const path of [paths.dataDir, ...deep(paths.dataDir), paths.configFile])
    chmodSync(path, statSync(path).isDirectory() || path.endsWith('.sh') ? 0o700 : 0o600);
  const [segment = ''] = listSegments(paths.journalDir);
  return readFileSync(join(paths.journalDir, segment));
}

function deep(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
}
