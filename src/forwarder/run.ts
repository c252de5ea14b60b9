/** Leadership: who forwards, for how long, and what happens when the disk says no. */
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import { StepDown } from '../journal/segment-writer.ts';
import { AtelError, errnoOf, messageOf } from '../platform/errors.ts';
import { writeAtomic } from '../platform/files.ts';
import { loadInstall } from '../platform/install-id.ts';
import { keepHeapSmall } from '../platform/memory.ts';
import type { Paths } from '../platform/paths.ts';
import { formatPidFile, livePidFile } from '../platform/processes.ts';
import { openSpool, type Spool } from '../spool/spool.ts';
import { lead } from './lead.ts';
import { removeLeftovers } from './leftovers.ts';
import { type LeaderLock, takeLeaderLock } from './lock.ts';
import { ownIdentity } from './surroundings.ts';

export interface RunOptions {
  readonly paths: Paths;
  /** Read again whenever its file changes. */
  readonly loadConfig: () => Config;
  /** Leave when what is in the spool now is journaled, by us or by the forwarder that leads. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** One line for the log or the terminal. */
  readonly note: (line: string) => void;
}

/** A leaving leader, which has no pid file any more, needs this long at most to finish; so a new one waits longer. */
const LOCK_WAIT_MILLIS = 7_000;
const POLL_MILLIS = 50;
/** Pause before leading again after an error of the disk. */
const RETRY_MILLIS = 2_000;

/**
 * Forwards until idle, interrupted, or (`once`) done. Returns at once when another forwarder leads, with `once` when that
 * one has journaled what was in the spool.
 * @throws AtelError — directories or configuration that cannot be used
 */
export async function runForwarder(options: RunOptions): Promise<void> {
  const { paths, once, signal } = options;
  keepHeapSmall();
  const spool = openSpool(paths);
  // Names only: this list lives as long as the forwarder.
  const waiting = new Set(once ? waitingIn(spool) : []);
  if (once && waiting.size === 0) return;
  while (!signal.aborted) {
    const leader = livePidFile(paths.pidFile);
    const lock = takeLeaderLock(paths.lockFile, once || leader ? POLL_MILLIS : LOCK_WAIT_MILLIS);
    if (lock) {
      try {
        await leadWithRetry(options, lock, spool, once ? waiting : undefined);
      } finally {
        lock.release();
      }
      return;
    }
    if (!once) {
      options.note(`another forwarder runs${leader ? ` (pid ${leader.pid})` : ''}; nothing to do`);
      return;
    }
    if (!waitingIn(spool).some((one) => waiting.has(one))) return;
    await sleep(POLL_MILLIS);
  }
}

/** The names of events, and the paths of marks of losses. */
function waitingIn(spool: Spool): readonly string[] {
  const events = spool.scan().flatMap(({ name, foreign }) => (foreign === undefined ? [name] : []));
  return [...events, ...spool.losses().map(({ path }) => path)];
}

async function leadWithRetry(
  { paths, loadConfig, signal, note }: RunOptions,
  lock: LeaderLock,
  spool: Spool,
  once: ReadonlySet<string> | undefined,
): Promise<void> {
  const who = ownIdentity();
  const leaving = (): void => rmSync(paths.pidFile, { force: true });
  try {
    for (let config = loadConfig(); lock.isHeld(); config = loadConfigOr(loadConfig, config, note)) {
      try {
        const install = loadInstall(paths);
        removeLeftovers(paths);
        writeAtomic(paths.pidFile, formatPidFile(process.pid));
        const reason = await lead({ paths, config, install, who, spool, once, signal, note, leaving });
        if (reason !== 'configuration_changed') return;
      } catch (error) {
        if (error instanceof StepDown) return note(`stepping down: ${error.message}`);
        // A full or failing disk passes; what is in the spool stays there until then.
        if (errnoOf(error) === undefined || once || signal.aborted) throw error;
        note(`${messageOf(error)}; trying again in ${RETRY_MILLIS} ms`);
        await sleep(RETRY_MILLIS);
        if (lock.isHeld()) remakeSpool(paths, note);
      }
    }
    note(`${paths.lockFile} was removed: leaving`);
  } finally {
    if (lock.isHeld()) leaving();
  }
}

/** Its directories may be what went. */
function remakeSpool(paths: Paths, note: (line: string) => void): void {
  try {
    openSpool(paths);
  } catch (error) {
    note(messageOf(error));
  }
}

/** A configuration that was broken while we run is no reason to stop recording. */
function loadConfigOr(loadConfig: () => Config, last: Config, note: (line: string) => void): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof AtelError)) throw error;
    note(`${error.message}; going on with the configuration before`);
    return last;
  }
}
