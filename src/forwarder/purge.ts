/**
 * Erasing what was recorded, as the leader. In this order, so that the same purge run again finishes what a crash cut
 * short: a chained record says what goes, the files beside the journal go, then each segment is replaced.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import { sessionKey } from '../journal/canonical.ts';
import { planPurge, type PurgeCriteria, type PurgePlan, replaceLines } from '../journal/purge.ts';
import { claimsOf } from '../journal/purged.ts';
import { formatNanos, systemClock } from '../platform/clock.ts';
import { AtelError, errnoOf } from '../platform/errors.ts';
import { type Install, loadInstall } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import { livePidFile } from '../platform/processes.ts';
import { openSpool } from '../spool/spool.ts';
import { removeLeftovers } from './leftovers.ts';
import { type LeaderLock, takeLeaderLock } from './lock.ts';
import { appendOwn, ownRecord } from './own-records.ts';
import { type ErasedFiles, eraseFiles } from './purge-files.ts';
import { openState } from './state.ts';
import { ownIdentity } from './surroundings.ts';
import { takeJournal } from './take-journal.ts';

export interface PurgeOptions {
  readonly paths: Paths;
  readonly config: Config;
  readonly criteria: PurgeCriteria;
  /** For the record about the purge. */
  readonly reason?: string | undefined;
  /** Purge what was not sent yet, and from a journal that is not intact. */
  readonly force: boolean;
  /** One line for the terminal. */
  readonly note: (line: string) => void;
}

export interface Purged {
  readonly plan: PurgePlan;
  readonly files: ErasedFiles;
  /** A forwarder ran and was asked to leave. */
  readonly stopped: boolean;
}

/** A leaving forwarder delivers for 5 s at most. */
const LEAVE_MILLIS = 20_000;
const LOCK_WAIT_MILLIS = 100;

/**
 * What would go.
 * @throws AtelError incomplete, tampered — it must not, unless forced
 */
export function preparePurge({ paths, config, criteria, force }: PurgeOptions): PurgePlan {
  const plan = planPurge(paths.journalDir, criteria);
  if (force) return plan;
  if (plan.verdict === 'tampered') {
    const fix = 'look with `atel verify` and keep a copy, or purge with --force';
    throw new AtelError('tampered', 'is not intact, and a purge takes evidence away', {
      where: paths.journalDir,
      fix,
    });
  }
  if (config.export.endpoint !== undefined && plan.unsent > 0) {
    const fix = 'let the forwarder catch up (atel status), or purge with --force: then they are never sent';
    throw new AtelError('incomplete', `${plan.unsent} of the records were not sent yet`, { fix });
  }
  return plan;
}

/**
 * Purges; what the journal holds already purged stays so.
 * @throws AtelError incomplete — the forwarder does not leave; see `preparePurge`
 */
export async function purge(options: PurgeOptions): Promise<Purged> {
  const { paths, criteria } = options;
  const { lock, stopped } = await becomeLeader(options);
  try {
    removeLeftovers(paths);
    const install = loadInstall(paths);
    const plan = preparePurge(options);
    if (plan.targets.length > 0) record(options, plan, install);
    const ids = new Set(plan.targets.map(({ id }) => id));
    const files = eraseFiles({ paths, installId: install.installId, criteria, ids });
    forget(paths, [...plan.emptied, ...(criteria.session === undefined ? [] : [criteria.session])]);
    replaceLines(paths.journalDir, plan.targets);
    return { plan, files, stopped };
  } finally {
    lock.release();
  }
}

async function becomeLeader({ paths, note }: PurgeOptions): Promise<{ lock: LeaderLock; stopped: boolean }> {
  const asked = new Set<number>();
  for (const end = performance.now() + LEAVE_MILLIS; performance.now() < end;) {
    const lock = takeLeaderLock(paths.lockFile, LOCK_WAIT_MILLIS);
    if (lock) return { lock, stopped: asked.size > 0 };
    const leader = livePidFile(paths.pidFile);
    if (leader && !asked.has(leader.pid)) {
      note(`asking the forwarder (pid ${leader.pid}) to leave`);
      askToLeave(leader.pid);
      asked.add(leader.pid);
    }
    await sleep(LOCK_WAIT_MILLIS);
  }
  throw new AtelError('incomplete', 'the forwarder does not leave', {
    where: paths.lockFile,
    fix: 'stop it, then run this again',
  });
}

function askToLeave(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Says in the chain what goes and by whom. */
function record({ paths, config, criteria, reason }: PurgeOptions, plan: PurgePlan, install: Install): void {
  const who = ownIdentity();
  const atNanos = systemClock();
  const journal = takeJournal({ paths, config, install, spool: openSpool(paths), who });
  try {
    const { recovered } = journal;
    const { session, before } = criteria;
    const why = {
      ...(session !== undefined && { session: sessionKey(session) }),
      ...(before !== undefined && { before: formatNanos(before) }),
      ...(reason !== undefined && { reason }),
    };
    appendOwn(journal, [
      ...(recovered ? [ownRecord('torn_tail', { ...recovered }, who, { level: 'WARN', atNanos })] : []),
      ...claimsOf(plan.targets.map(({ place }) => place)).map((claim) =>
        ownRecord('purge', { ...claim, ...why }, who, { level: 'WARN', atNanos }),
      ),
    ]);
  } finally {
    journal.close();
  }
}

/** The state holds a session's project, directories and agents. */
function forget({ dataDir, journalDir }: Paths, sessions: readonly string[]): void {
  const state = openState(dataDir, journalDir);
  for (const session of sessions) state.registry.forget(session);
  state.save();
}
