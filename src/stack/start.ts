/** Starts one part as a process of its own that outlives us. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Env, pickEnv } from '../platform/env.ts';
import { AtelError, messageOf } from '../platform/errors.ts';
import { ensurePrivateDir, withPrivateUmask, writeAtomic } from '../platform/files.ts';
import { startTimeOf } from '../platform/processes.ts';
import type { FoundPart } from './find.ts';
import {
  instanceFiles,
  instancePids,
  isRunning,
  LOG_MARK,
  openLog,
  readPidFile,
  writePidFile,
} from './instance.ts';
import type { Part } from './parts.ts';
import { requireFreePort } from './ports.ts';
import type { Progress } from './progress.ts';
import { waitUntilReady } from './ready.ts';
import type { StackSettings } from './settings.ts';
import { stopPart } from './stop.ts';

export interface StartedPart {
  readonly pid: number;
  readonly how: 'started' | 'restarted' | 'ran already';
}

export interface StartDeps {
  readonly progress: Progress;
  /** Only `HOME`, `TMPDIR` and `TZ` of it reach the part. */
  readonly env: Env;
}

/**
 * Makes the part run with these settings: does nothing when it already does, starts it anew when program or settings
 * are others.
 * @throws AtelError input — a port is taken · unreachable — it ended or did not get ready (names its log)
 */
export async function startPart(
  part: Part,
  found: FoundPart,
  settings: StackSettings,
  deps: StartDeps,
): Promise<StartedPart> {
  const files = instanceFiles(part, settings.dir);
  const fingerprint = fingerprintOf(part, found, settings);
  const known = readPidFile(files.pidFile);
  if (known && isRunning(known) && known.fingerprint === fingerprint) {
    await waitUntilReady(part, settings, deps.progress, () => isRunning(known));
    return { pid: known.pid, how: 'ran already' };
  }
  const stale = instancePids(part, settings.dir);
  if (stale.length > 0) await stopPart(part, settings.dir, deps.progress);
  for (const [use, port] of Object.entries(part.ports(settings.ports)))
    await requireFreePort(port, `${part.title}, ${use}`);
  const child = spawnPart(part, found, settings, deps.env);
  const pid = await pidOf(child, part, found);
  writePidFile(files.pidFile, {
    pid,
    start_time: startTimeOf(pid) ?? 'ended',
    binary: found.binary,
    version: found.version,
    fingerprint,
    ports: part.ports(settings.ports),
  });
  await waitUntilReady(
    part,
    settings,
    deps.progress,
    () => child.exitCode === null && child.signalCode === null,
  );
  mark(files.logFile, 'ready');
  return { pid, how: stale.length > 0 ? 'restarted' : 'started' };
}

function fingerprintOf(part: Part, found: FoundPart, settings: StackSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([found.binary, found.version, part.environment(settings)]))
    .update(readFileSync(join(part.home, part.config)))
    .digest('hex');
}

function spawnPart(part: Part, found: FoundPart, settings: StackSettings, env: Env): ChildProcess {
  const files = instanceFiles(part, settings.dir);
  ensurePrivateDir(settings.dir);
  ensurePrivateDir(files.dir);
  writeAtomic(files.configFile, readFileSync(join(part.home, part.config)));
  const log = openLog(files.logFile);
  try {
    writeSync(log, `${LOG_MARK}start ${found.binary} (${found.version}) ${new Date().toISOString()}\n`);
    const child = withPrivateUmask(() =>
      spawn(found.binary, part.runArguments(files.configFile), {
        cwd: files.dir,
        detached: true,
        stdio: ['ignore', log, log],
        env: { ...pickEnv(env, ['HOME', 'TMPDIR', 'TZ']), ...part.environment(settings) },
      }),
    );
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function pidOf(child: ChildProcess, part: Part, found: FoundPart): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid ?? 0));
    child.once('error', (cause) =>
      reject(
        new AtelError('unreachable', `${part.title} does not start: ${messageOf(cause)}`, {
          where: found.binary,
          fix: 'remove that program, and `atel up` looks for another or builds one',
          cause,
        }),
      ),
    );
  });
}

function mark(logFile: string, text: string): void {
  const log = openLog(logFile);
  try {
    writeSync(log, `${LOG_MARK}${text}\n`);
  } finally {
    closeSync(log);
  }
}
