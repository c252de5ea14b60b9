/**
 * `node scripts/keep-release.ts`: keeps what this version leaves on a user's disk as `test/fixtures/releases/<version>/`,
 * so that every later version is tested on it (`test/e2e/upgrade.test.ts`). To be run once per release, after
 * `npm run build`. The journal is sealed and stays as it is; elsewhere the places of this machine get names:
 *
 *   @HOME@  @NODE@  @PACKAGE@
 */
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { updateConfigFile } from '../src/config/load.ts';
import { VERSION } from '../src/platform/version.ts';
import { createUser } from '../test/helpers/atel.ts';
import { spoolEvents } from '../test/helpers/drop-files.ts';
import { everyday } from '../test/helpers/scenario-sessions.ts';
import { createWorld, playScenario, removeWorld } from '../test/helpers/scenario.ts';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const target = join(PACKAGE, 'test/fixtures/releases', VERSION);

const world = createWorld();
try {
  const user = createUser(world);
  const settings = join(world.home, '.claude/settings.json');
  mkdirSync(join(world.home, '.claude'));
  writeFileSync(settings, '{\n  "model": "sonnet"\n}\n');
  everyday.prepare?.(world);
  await user.output(['init', '--user']);
  await user.output(['enable']);
  updateConfigFile(user.paths.configFile, [[['agent', 'group'], 'kept']]);
  await playScenario(everyday, world);
  await user.drained();
  await user.stopForwarder();
  spoolEvents(user.paths.queueDir, { project: world.project, count: 2 });

  rmSync(target, { recursive: true, force: true });
  const { dataDir, configFile } = user.paths;
  for (const name of ['install.json', 'state.json', 'journal', 'hooks', 'spool', 'sessions'])
    cpSync(join(dataDir, name), join(target, 'data', name), { recursive: true });
  cpSync(configFile, join(target, 'config.yaml'));
  cpSync(join(world.home, '.claude'), join(target, 'claude'), {
    recursive: true,
    filter: (path) =>
      statSync(path).isDirectory() ? path.endsWith('.claude') : path.includes('settings.json'),
  });
  for (const directory of ['claude', 'data/hooks/settings-user'])
    for (const name of readdirSync(join(target, directory))) namePlaces(join(target, directory, name));
} finally {
  await removeWorld(world);
}

function namePlaces(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text
      .replaceAll(world.home, '@HOME@')
      .replaceAll(process.execPath, '@NODE@')
      .replaceAll(PACKAGE, '@PACKAGE@'),
  );
}
