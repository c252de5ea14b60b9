/** `atel uninstall`: the hooks out of Claude Code's settings. */
import { buildCommand } from '@stricli/core';
import { findProjectRoot } from '../../capture/project-root.ts';
import { settingsPath } from '../../capture/settings-file.ts';
import { type UninstallReport, uninstall } from '../../capture/uninstall.ts';
import type { CliContext } from '../context.ts';
import { settingsKindFlags, settingsKindOf } from '../settings-kind.ts';

interface Flags {
  readonly project: boolean;
  readonly user: boolean;
}

const OUTCOMES: Readonly<Record<UninstallReport['outcome'], string>> = {
  absent: 'no hooks of ours here, nothing changed',
  restored: 'restored, byte for byte as it was before init',
  removed: 'removed, nothing else was in it',
  edited: 'our hooks are removed, the rest stays',
};

export const uninstallCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Take the hooks out of Claude Code’s settings',
    fullDescription: [
      'Removes exactly what `atel init` added and keeps everything else in the file, later edits included. Recorded',
      'data and the configuration stay where they are.',
      '',
      'Examples:  atel uninstall          this project',
      '           atel uninstall --user   all projects',
    ].join('\n'),
  },
  parameters: { flags: settingsKindFlags },
  func(flags) {
    const { env, cwd, paths } = this;
    const kind = settingsKindOf(flags);
    const path = settingsPath(kind, env, paths.home, findProjectRoot(cwd, paths.home));
    const report = uninstall(path);
    this.print(`${report.settingsFile}: ${OUTCOMES[report.outcome]}`);
    if (report.outcome === 'absent') return;
    if (report.backup !== undefined) this.print(`As it was before init: ${report.backup}`);
    this.print(`What was recorded stays in ${paths.dataDir}`);
  },
});
