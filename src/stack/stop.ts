/** Stops one part: politely, then by force, then looks whether it is really gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AtelError, errnoOf } from '../platform/errors.ts';
import { startTimeOf } from '../platform/processes.ts';
import { instanceFiles, instancePids, readPidFile, removePidFile } from './instance.ts';
import type { Part } from './parts.ts';
import { describeHolder, isPortFree, portHolder } from './ports.ts';
import type { Progress } from './progress.ts';

const GRACE_MILLIS = 10_000;
const FORCE_MILLIS = 5000;
const POLL_MILLIS = 50;

export interface StoppedPart {
  /** Processes that were running, orphans without a pid file included. */
  readonly pids: readonly number[];
  /** Those of them that had to be killed. */
  readonly forced: readonly number[];
}

/**
 * SIGTERM, SIGKILL after 10 s, and then proof: no process of this part is left, and nothing of ours on its ports. Its
 * data stays.
 * @throws AtelError incomplete — a process survived SIGKILL, or a port is still held
 */
export async function stopPart(part: Part, stackDir: string, progress: Progress): Promise<StoppedPart> {
  const { pidFile } = instanceFiles(part, stackDir);
  const ports = readPidFile(pidFile)?.ports ?? {};
  const processes = instancePids(part, stackDir).map((pid) => ({ pid, startTime: startTimeOf(pid) }));
  const living = (): readonly number[] =>
    processes.filter((one) => startTimeOf(one.pid) === one.startTime).map((one) => one.pid);
  const waitFor = async (millis: number): Promise<void> => {
    const deadline = Date.now() + millis;
    while (living().length > 0 && Date.now() < deadline) {
      progress.step(`${part.title}: stopping`);
      await sleep(POLL_MILLIS);
    }
  };
  for (const pid of living()) send(pid, 'SIGTERM');
  await waitFor(GRACE_MILLIS);
  const forced = living();
  for (const pid of forced) send(pid, 'SIGKILL');
  await waitFor(FORCE_MILLIS);
  progress.done();
  if (living().length > 0) {
    throw new AtelError('incomplete', `process ${living().join(', ')} does not end`, { where: part.title });
  }
  if (processes.length > 0) await requireReleased(part, Object.values(ports));
  removePidFile(pidFile);
  return { pids: processes.map((one) => one.pid), forced };
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

async function requireReleased(part: Part, ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (await isPortFree(port)) continue;
    throw new AtelError(
      'incomplete',
      `has ended, but ${describeHolder(portHolder(port))} holds port ${port}`,
      {
        where: part.title,
      },
    );
  }
}
