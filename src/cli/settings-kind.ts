/** The flags that choose a settings file, shared by `init` and `uninstall`. */
import type { SettingsKind } from '../capture/settings-file.ts';
import { AtelError } from '../platform/errors.ts';

export const settingsKindFlags = {
  project: {
    kind: 'boolean',
    default: false,
    withNegated: false,
    brief: 'This project: .claude/settings.local.json (default)',
  },
  user: {
    kind: 'boolean',
    default: false,
    withNegated: false,
    brief: 'All your projects: settings.json in ${CLAUDE_CONFIG_DIR:-~/.claude}',
  },
} as const;

/** @throws AtelError usage — both at once */
export function settingsKindOf(flags: { readonly project: boolean; readonly user: boolean }): SettingsKind {
  if (flags.project && flags.user)
    throw new AtelError('usage', 'exclude each other', {
      where: '--project, --user',
      fix: 'give one of them',
    });
  return flags.user ? 'user' : 'project';
}
