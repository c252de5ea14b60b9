/** `atel disable`: new sessions of a project are no longer recorded. */
import { join } from 'node:path';
import { buildCommand } from '@stricli/core';
import { MARKER_NAME, nearestMarked, removeMarker } from '../../capture/marker.ts';
import type { CliContext } from '../context.ts';
import { directoryParameters, projectDirectory } from '../project-directory.ts';

type Flags = Readonly<Record<string, never>>;

export const disableCommand = buildCommand<Flags, [directory?: string], CliContext>({
  docs: {
    brief: 'Stop recording new sessions of a project',
    fullDescription: [
      `Removes the marker file ${MARKER_NAME} from the directory, or from the root of the current project. Sessions`,
      'that are being recorded stay so until they end, and their record says that the marker went.',
      '',
      'Examples:  atel disable',
      '           atel disable ~/work/shop',
    ].join('\n'),
  },
  parameters: directoryParameters,
  func(_flags, directory) {
    const root = projectDirectory(this, directory);
    const removed = removeMarker(root);
    this.print(`${join(root, MARKER_NAME)}: ${removed ? 'removed' : 'there is none, nothing changed'}`);
    if (removed)
      this.print('Sessions that are being recorded stay so until they end; new ones are not recorded.');
    // The marker may stand between the root of the project and where the user is.
    const marked = nearestMarked(directory === undefined ? this.cwd : root);
    if (marked !== undefined) this.print(`Still recorded, since ${marked} is marked: atel disable ${marked}`);
  },
});
