/**
 * The Claude Code plugin, as a marketplace of its own in the user's data directory:
 *
 *   plugin/.claude-plugin/marketplace.json
 *   plugin/agent-telemetry/.claude-plugin/plugin.json
 *   plugin/agent-telemetry/hooks/hooks.json       like the `hooks` of settings
 *
 * Its hooks name the capture script's installed copy by an absolute path. Source: claude-code-hooks.md §2.4.
 */
import { join } from 'node:path';
import type { Paths } from '../platform/paths.ts';
import { VERSION } from '../platform/version.ts';

const NAME = 'agent-telemetry';
const OWNER = { name: 'agent-telemetry' };
const DESCRIPTION = 'Records what Claude Code agents do as a verifiable audit trail, native to OpenTelemetry';

/** As `enabledPlugins` of the settings and the client's commands call it. */
export const PLUGIN_ID = `${NAME}@${NAME}`;

/** The marketplace's directory. */
export function pluginDir(paths: Pick<Paths, 'dataDir'>): string {
  return join(paths.dataDir, 'plugin');
}

/** The plugin's hooks, in the form of a settings file. */
export function pluginHooksFile(paths: Pick<Paths, 'dataDir'>): string {
  return join(pluginDir(paths), NAME, 'hooks', 'hooks.json');
}

/** The files beside the hooks, by path. */
export function pluginManifests(paths: Pick<Paths, 'dataDir'>): Readonly<Record<string, string>> {
  const dir = pluginDir(paths);
  const plugin = { name: NAME, version: VERSION, description: DESCRIPTION, author: OWNER };
  const listed = { name: NAME, source: `./${NAME}`, description: DESCRIPTION };
  const marketplace = { name: NAME, description: DESCRIPTION, owner: OWNER, plugins: [listed] };
  return {
    [join(dir, '.claude-plugin', 'marketplace.json')]: `${JSON.stringify(marketplace, null, 2)}\n`,
    [join(dir, NAME, '.claude-plugin', 'plugin.json')]: `${JSON.stringify(plugin, null, 2)}\n`,
  };
}
