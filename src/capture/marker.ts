/** The marker file: sessions started in its directory or below are recorded. */
import { chmodSync, existsSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AtelError, errnoOf, messageOf } from '../platform/errors.ts';
import { ancestors } from './project-root.ts';

export const MARKER_NAME = '.telemetry-enabled';

const TEXT =
  'Claude Code sessions in this directory are recorded by agent-telemetry; `atel disable` removes this file.\n';

/**
 * Makes the marker, readable for all: it holds no secret, and any user's hook must see it.
 * @returns whether there was none
 * @throws AtelError input — the directory cannot be written
 */
export function createMarker(directory: string): boolean {
  const file = join(directory, MARKER_NAME);
  try {
    writeFileSync(file, TEXT, { flag: 'wx' });
    chmodSync(file, 0o644);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw new AtelError('input', messageOf(error), { fix: 'name a directory of yours', cause: error });
  }
}

/**
 * Removes the marker.
 * @returns whether there was one
 * @throws AtelError input — it is a directory, or may not be removed
 */
export function removeMarker(directory: string): boolean {
  const file = join(directory, MARKER_NAME);
  if (!lstatSync(file, { throwIfNoEntry: false })) return false;
  try {
    rmSync(file);
    return true;
  } catch (error) {
    throw new AtelError('input', messageOf(error), { fix: 'remove it by hand', cause: error });
  }
}

/** The nearest marked directory, `directory` itself included; the hook looks the same way. */
export function nearestMarked(directory: string): string | undefined {
  return ancestors(directory).find((each) => existsSync(join(each, MARKER_NAME)));
}
