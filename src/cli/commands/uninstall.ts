/** `atel uninstall`: the hooks out of Claude Code's settings. */
import { buildCommand } from '@stricli/core';
import { installationOf, settingsPathOf } from '../../capture/installation.ts';
import { PLUGIN_ID } from '../../capture/plugin.ts';
import { findProjectRoot } from '../../capture/project-root.ts';
import { type UninstallReport, uninstall } from '../../capture/uninstall.ts';
import type { CliContext } from '../context.ts';
import { type InstallationFlags, installationFlags, installationKindOf } from '../installation-flags.ts';

const OUTCOMES: Readonly<Record<UninstallReport['outcome'], string>> = {
  absent: 'no hooks of ours here, nothing changed',
  restored: 'restored, byte for byte as it was before init',
  removed: 'removed, nothing else was in it',
  edited: 'our hooks are removed, the rest stays',
};

export const uninstallCommand = buildCommand<InstallationFlags, [], CliContext>({
  docs: {
    brief: 'Take the hooks out of Claude Code’s settings',
    fullDescription: [
      'Removes exactly what `atel init` added and keeps everything else in the file, later edits included. Recorded',
      'data and the configuration stay where they are.',
      '',
      'Examples:  atel uninstall                      this project',
      '           atel uninstall --project --shared   this project, for every clone',
      '           atel uninstall --user               all projects',
    ].join('\n'),
  },
  parameters: { flags: installationFlags },
  func(flags) {
    const { env, cwd, paths } = this;
    const kind = installationKindOf(flags);
    const projectRoot = findProjectRoot(cwd, paths.home);
    const path = settingsPathOf(kind, { env, paths, projectRoot, managedDir: flags.managedDirectory });
    const report = uninstall(path, Object.keys(installationOf(kind, 'marked', path, paths).files));
    this.print(`${report.settingsFile}: ${OUTCOMES[report.outcome]}`);
    if (report.outcome === 'absent') return;
    if (report.backup !== undefined) this.print(`As it was before init: ${report.backup}`);
    this.print(`What was recorded stays in ${paths.dataDir}`);
    if (kind === 'plugin')
      this.print(`Next: claude plugin uninstall ${PLUGIN_ID}   the client keeps a list of its own`);
  },
});
