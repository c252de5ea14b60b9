/**
 * The Claude Code plugin, as a marketplace of its own in the user's data directory:
 *
 *   plugin/.claude-plugin/marketplace.json
 *   plugin/agent-telemetry/.claude-plugin/plugin.json
 *   plugin/agent-telemetry/hooks/hooks.json       like the `hooks` of settings
 *   plugin/agent-telemetry/README.md
 *
 * Its hooks name the capture script's installed copy by an absolute path. Source:
 * code.claude.com/docs/en/plugins-reference.
 */
import { join } from 'node:path';
import type { Paths } from '../platform/paths.ts';
import { VERSION } from '../platform/version.ts';

const NAME = 'agent-telemetry';
const OWNER = { name: 'agent-telemetry' };
const DESCRIPTION = 'Records what Claude Code agents do as a verifiable audit trail, native to OpenTelemetry';

const README = `# agent-telemetry

Records what Claude Code agents do as a verifiable audit trail. Its hooks hand each event to the capture script that
\`atel init --plugin\` has installed for you; nothing leaves this machine unless you name an OpenTelemetry endpoint, and
only sessions in directories that \`atel enable\` has marked are recorded.

After an update of Claude Code or of agent-telemetry run \`atel init --plugin\` again. \`atel doctor\` looks over the whole
chain, \`atel sessions\` shows what was recorded. To remove it: \`claude plugin uninstall agent-telemetry@agent-telemetry\`,
then \`atel uninstall --plugin\`.
`;

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
  const plugin = {
    name: NAME,
    version: VERSION,
    description: DESCRIPTION,
    author: OWNER,
    license: 'Apache-2.0',
  };
  const listed = { name: NAME, source: `./${NAME}`, description: DESCRIPTION };
  const marketplace = { name: NAME, description: DESCRIPTION, owner: OWNER, plugins: [listed] };
  return {
    [join(dir, '.claude-plugin', 'marketplace.json')]: `${JSON.stringify(marketplace, null, 2)}\n`,
    [join(dir, NAME, '.claude-plugin', 'plugin.json')]: `${JSON.stringify(plugin, null, 2)}\n`,
    [join(dir, NAME, 'README.md')]: README,
  };
}
