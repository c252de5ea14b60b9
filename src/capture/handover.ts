/**
 * The hand-over script: what settings run that serve more than one user. Committed to a repository, or put beside the
 * managed settings of a machine, it becomes the capture script of whoever runs the client (sourced, since some shells
 * end with an error where an `exec` fails), and does nothing where that user has none. It takes one thing from outside:
 * where that user's home is.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const HANDOVER_NAME = 'agent-telemetry-hook.sh';

/** Below every home, whatever `XDG_DATA_HOME` says: the script cannot know that. */
const HOOKS_BELOW_HOME = '.local/share/agent-telemetry/hooks';

/** Where the hand-over script looks for a user's capture script. */
export function handedCopyPath(home: string, copy: string): string {
  return join(home || homedir(), HOOKS_BELOW_HOME, copy, 'capture.sh');
}

/**
 * How the script finds the home. A repository decides about its own hooks anyway, so that there `HOME` will do. Managed
 * settings are above the repository, which on clients before 2.1.330 could set `HOME` for hooks (measured on 2.1.100 and
 * 2.1.138): they ask the user database.
 */
const FIND_HOME = {
  'settings-shared': 'home=${HOME-}',
  managed: [
    'user=$(/usr/bin/id -un)',
    "case $user in '' | -* | *[!A-Za-z0-9._-]*) exit 0 ;; esac",
    'eval "home=~$user"',
  ].join('\n'),
} as const;

/** @param copy the name of the user's copy: it tells the scope */
export function renderHandover(installation: keyof typeof FIND_HOME, copy: string): string {
  return `#!/bin/sh
# agent-telemetry: hands a hook event of Claude Code to the capture script of whoever runs the client. It prints nothing,
# always exits 0, and does nothing where agent-telemetry is not installed. Made by \`atel init\`, which also updates it.
trap 'exit 0' EXIT
command exec 2>/dev/null
LC_ALL=C
${FIND_HOME[installation]}
hook=$home/${HOOKS_BELOW_HOME}/${copy}/capture.sh
[ -f "$hook" ] && [ -r "$hook" ] && [ -O "$hook" ] || exit 0
set -- "\${1-}" ${installation}
. "$hook"
`;
}
