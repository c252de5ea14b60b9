/** What `atel doctor` looks at: this machine, this project, this user. */
import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findClients } from '../capture/clients.ts';
import { findSettings } from '../capture/find-settings.ts';
import { findProjectRoot } from '../capture/project-root.ts';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import type { DoctorContext } from '../doctor/check.ts';
import { startForwarder } from '../forwarder/start.ts';
import { AtelError, isSystemError, messageOf } from '../platform/errors.ts';
import type { Paths } from '../platform/paths.ts';
import { livePidFile } from '../platform/processes.ts';
import { stackSettings } from '../stack/settings.ts';
import { readStatus } from '../stack/status.ts';
import type { CliContext } from './context.ts';

const START_MILLIS = 5_000;
const POLL_MILLIS = 50;

/** @param managedDir of the managed settings; default: where this system has them */
export async function createDoctorContext(
  context: CliContext,
  managedDir: string | undefined,
): Promise<DoctorContext> {
  const { env, cwd, paths } = context;
  const projectRoot = findProjectRoot(cwd, paths.home);
  const places = { env, paths, projectRoot, managedDir };
  const config = tryLoadConfig(paths.configFile);
  return {
    ...places,
    cwd,
    config,
    stack: config instanceof AtelError ? undefined : await tryReadStatus(paths, config),
    nodeVersion: process.versions.node,
    now: Date.now,
    freeBytes(path) {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    async startForwarder() {
      startForwarder(paths, env);
      const end = Date.now() + START_MILLIS;
      while (!livePidFile(paths.pidFile) && Date.now() < end) await sleep(POLL_MILLIS);
    },
    clients: await findClients(env, paths.home, projectRoot),
    settings: findSettings(places),
  };
}

/** Nothing where a file stands in a directory's place: the checks tell of that. */
async function tryReadStatus(paths: Paths, config: Config): Promise<DoctorContext['stack']> {
  const settings = stackSettings(paths.stackDir, config.stack);
  try {
    return await readStatus({ paths, settings, export: config.export });
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function tryLoadConfig(file: string): DoctorContext['config'] {
  try {
    return loadConfig(file);
  } catch (error) {
    if (error instanceof AtelError) return error;
    if (!isSystemError(error)) throw error;
    return new AtelError('input', messageOf(error), { where: file, cause: error });
  }
}
