/** What `init` says of each kind of installation. */
import type { InstallationKind } from '../capture/installation.ts';
import { PLUGIN_ID, pluginDir } from '../capture/plugin.ts';
import type { ClientRegistration } from '../capture/registration.ts';
import { shellQuote } from '../capture/shell-quote.ts';
import { AtelError, errnoOf, messageOf } from '../platform/errors.ts';
import type { Paths } from '../platform/paths.ts';

/** What is worth knowing of an installation that others use, or that only some sessions see. */
export function notesOn(kind: InstallationKind, { version }: ClientRegistration): readonly string[] {
  const least =
    version === undefined ? [] : [`Whoever uses these settings needs Claude Code ${version} or newer`];
  if (kind === 'shared')
    return [
      ...least,
      'Claude Code reads these settings in sessions started in the project’s root or a worktree, not below',
    ];
  if (kind !== 'managed') return [];
  return [
    ...least,
    'Each user who is to be recorded runs, once: atel init --managed',
    'Users can add hooks of their own beside these; "allowManagedHooksOnly": true in managed settings forbids that',
  ];
}

/** What to do next, as commands with what they are for. @param marked sessions here are recorded already */
export function stepsAfter(
  kind: InstallationKind,
  settingsFile: string,
  paths: Paths,
  marked: boolean,
): readonly string[] {
  return [
    ...(kind === 'plugin'
      ? [
          `claude plugin marketplace add ${shellQuote(pluginDir(paths))}`,
          `claude plugin install ${PLUGIN_ID}     (once: later changes need only atel init --plugin)`,
        ]
      : []),
    ...(marked ? [] : ['atel enable     record the sessions of this project']),
    ...(kind === 'shared'
      ? [
          `commit ${settingsFile}, hooks/ beside it and .telemetry-enabled; in other clones: atel init --project --shared`,
        ]
      : []),
    'atel sessions   what was recorded, after a session of claude',
  ];
}

/** @throws AtelError input — in place of the system's error where only root may write */
export function withRootAdvice<T>(kind: InstallationKind, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (kind !== 'managed' || !['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error) ?? '')) throw error;
    throw new AtelError('input', messageOf(error), {
      where: '--managed',
      fix: 'run it as root, or put in place by hand what --dry-run shows',
      cause: error,
    });
  }
}
