/** The kinds of installation: whose sessions they cover, which file says so, and what its hooks run. */
import { dirname, join } from 'node:path';
import type { Env } from '../platform/env.ts';
import { PRIVATE_FILE } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { HANDOVER_NAME, handedCopyPath, renderHandover } from './handover.ts';
import { type Scope, hookCopyPath, privileged } from './hook-copy.ts';
import { pluginHooksFile, pluginManifests } from './plugin.ts';

/**
 * `user`: every project of this user. `project`: one checkout, not shared with others. `shared`: a project's committed
 * settings. `managed`: everybody on this machine. `plugin`: a Claude Code plugin of this user.
 */
export const INSTALLATION_KINDS = ['project', 'user', 'shared', 'managed', 'plugin'] as const;
export type InstallationKind = (typeof INSTALLATION_KINDS)[number];

export interface Installation {
  /** As it stands in the spool's header. */
  readonly name: string;
  /** What the settings run. */
  readonly command: string;
  /** The capture script's copy that runs in the end. */
  readonly hookCopy: string;
  /** Other files that belong to it alone, by path. */
  readonly files: Readonly<Record<string, { readonly text: string; readonly mode: number }>>;
  /** Mode of a settings file that is not there yet. */
  readonly settingsMode: number;
}

/** One copy per kind and scope: the scope is baked in, and projects with different scopes may stand side by side. */
export function installationOf(
  kind: InstallationKind,
  scope: Scope,
  settingsFile: string,
  paths: Paths,
): Installation {
  const suffix = scope === 'all' ? '-all' : '';
  if (kind === 'shared') {
    const script = join(dirname(settingsFile), 'hooks', HANDOVER_NAME);
    return handedOver('settings-shared', `\${CLAUDE_PROJECT_DIR}/.claude/hooks/${HANDOVER_NAME}`, script);
  }
  if (kind === 'managed') {
    const script = join(dirname(dirname(settingsFile)), HANDOVER_NAME);
    return handedOver('managed', script, script);
  }
  const name = (kind === 'plugin' ? 'plugin' : `settings-${kind}`) + suffix;
  const manifests = Object.entries(kind === 'plugin' ? pluginManifests(paths) : {});
  const hookCopy = hookCopyPath(paths, name);
  const files = Object.fromEntries(manifests.map(([path, text]) => [path, { text, mode: PRIVATE_FILE }]));
  return { name, command: hookCopy, hookCopy, files, settingsMode: PRIVATE_FILE };

  function handedOver(own: 'settings-shared' | 'managed', command: string, script: string): Installation {
    const copy = `shared${suffix}`;
    const text = renderHandover(own, copy);
    return {
      name: own,
      command,
      hookCopy: handedCopyPath(paths.home, copy),
      files: { [script]: { text: own === 'managed' ? privileged(text) : text, mode: 0o755 } },
      settingsMode: 0o644,
    };
  }
}

export interface Places {
  readonly env: Env;
  readonly paths: Paths;
  readonly projectRoot: string;
  /** Of the client's managed settings; default: where this system has them. */
  readonly managedDir?: string | undefined;
}

/** Source: code.claude.com/docs/en/settings. */
const MANAGED_DIR =
  process.platform === 'darwin' ? '/Library/Application Support/ClaudeCode' : '/etc/claude-code';

const SETTINGS_FILES: Readonly<Record<InstallationKind, (places: Places) => string>> = {
  project: ({ projectRoot }) => join(projectRoot, '.claude', 'settings.local.json'),
  shared: ({ projectRoot }) => join(projectRoot, '.claude', 'settings.json'),
  user: ({ env, paths }) => join(env['CLAUDE_CONFIG_DIR'] || join(paths.home, '.claude'), 'settings.json'),
  managed: ({ managedDir = MANAGED_DIR }) => join(managedDir, 'managed-settings.d', 'agent-telemetry.json'),
  plugin: ({ paths }) => pluginHooksFile(paths),
};

/** The file that says which hooks run. */
export function settingsPathOf(kind: InstallationKind, places: Places): string {
  return SETTINGS_FILES[kind](places);
}
