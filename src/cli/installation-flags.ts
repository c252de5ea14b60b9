/** The flags that choose an installation, shared by `init` and `uninstall`. */
import type { InstallationKind } from '../capture/installation.ts';
import { AtelError } from '../platform/errors.ts';
import { managedDirectoryFlag, refuseTogether, switchFlag } from './flags.ts';

export const installationFlags = {
  project: switchFlag('This project: .claude/settings.local.json (default)'),
  shared: switchFlag('With --project: .claude/settings.json, to be committed, for every clone'),
  user: switchFlag('All your projects: settings.json in ${CLAUDE_CONFIG_DIR:-~/.claude}'),
  plugin: switchFlag('All your projects, as a Claude Code plugin'),
  managed: switchFlag('Everybody on this machine: the managed settings; as root'),
  ...managedDirectoryFlag,
} as const;

export interface InstallationFlags {
  readonly project: boolean;
  readonly shared: boolean;
  readonly user: boolean;
  readonly plugin: boolean;
  readonly managed: boolean;
  readonly managedDirectory?: string;
}

const PLACES = ['project', 'user', 'plugin', 'managed'] as const;

/** @throws AtelError usage — more than one, or `--shared` without a project */
export function installationKindOf(flags: InstallationFlags): InstallationKind {
  refuseTogether(flags, PLACES);
  const place = PLACES.find((name) => flags[name]) ?? 'project';
  if (!flags.shared) return place;
  if (place === 'project') return 'shared';
  throw new AtelError('usage', 'is for a project', { where: '--shared', fix: `leave it or --${place} out` });
}
