/** `atel enable`: sessions of a project are recorded from now on. */
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import { INSTALLATION_KINDS, settingsPathOf } from '../../capture/installation.ts';
import { MARKER_NAME, createMarker } from '../../capture/marker.ts';
import { findProjectRoot } from '../../capture/project-root.ts';
import { isInstalled } from '../../capture/settings-file.ts';
import type { CliContext } from '../context.ts';
import { directoryParameters, projectDirectory } from '../project-directory.ts';

type Flags = Readonly<Record<string, never>>;

export const enableCommand = buildCommand<Flags, [directory?: string], CliContext>({
  docs: {
    brief: 'Record the sessions of a project',
    fullDescription: [
      `Makes the marker file ${MARKER_NAME} in the directory, or in the root of the current project. Sessions`,
      'started there or below are recorded from their next event on. Commit the file to have it in every checkout.',
      '',
      'Examples:  atel enable',
      '           atel enable ~/work/shop',
    ].join('\n'),
  },
  parameters: directoryParameters,
  func(_flags, directory) {
    const { env, paths } = this;
    const root = projectDirectory(this, directory);
    const made = createMarker(root);
    this.print(`${join(root, MARKER_NAME)}: ${made ? 'made' : 'already there, nothing changed'}`);
    this.print('Sessions of Claude Code started in this directory or below are recorded.');
    const places = { env, paths, projectRoot: findProjectRoot(root, paths.home) };
    const installed = INSTALLATION_KINDS.some((kind) => isInstalled(settingsPathOf(kind, places)));
    this.print(
      installed
        ? 'Next: atel sessions   what was recorded, after a session of claude'
        : 'Next: atel init   the hooks are not installed yet',
    );
  },
});
