/**
 * The leader's loop: take the spool into the journal, deliver the journal, tell that we live. It ends when it is told
 * to, when the configuration changes, or when nothing has happened for long enough.
 */
import { statSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Journal } from '../journal/journal.ts';
import type { DraftRecord } from '../journal/record.ts';
import { bootClock, NANOS_PER_SECOND, systemClock } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import type { Install } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import type { Spool } from '../spool/spool.ts';
import { createChangeHint } from './change-hint.ts';
import { clockAtStart, type ClockJump, createClockWatch } from './clock-watch.ts';
import { createDrain, type Drain } from './drain.ts';
import { createIntake, type Intake } from './intake.ts';
import { buildOutbound, type Outbound, type OutboundDeps } from './outbound.ts';
import { appendOwn, type Counters, createCounters, type OwnIdentity, ownRecord } from './own-records.ts';
import { createProcessSampler } from './process-sampler.ts';
import { pruneSessionFlags } from './session-flags.ts';
import { buildStages } from './stages.ts';
import { type ForwarderState, openState } from './state.ts';
import { takeJournal } from './take-journal.ts';

export type LeaveReason = 'idle' | 'signal' | 'once' | 'configuration_changed';

export interface LeadOptions {
  readonly paths: Paths;
  readonly config: Config;
  readonly install: Install;
  readonly who: OwnIdentity;
  readonly spool: Spool;
  /** Names in the queue at the start: leave when they are journaled. */
  readonly once: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  /** Called before the last look at the spool, so that from then on a hook starts the next forwarder. */
  readonly leaving: () => void;
}

/** How long the last delivery of a leaving forwarder may take. */
const LAST_DELIVERY_MILLIS = 5_000;

interface Leadership extends LeadOptions {
  readonly journal: Journal;
  readonly state: ForwarderState;
  readonly intake: Intake;
  readonly drain: Drain | undefined;
  readonly counters: Counters;
}

/**
 * Leads until it is time to leave.
 * @throws what the journal's or spool's disk throws: nothing is lost, the caller may lead again
 */
export async function lead(options: LeadOptions): Promise<LeaveReason> {
  const { paths, config, install, who, spool, note } = options;
  const counters = createCounters();
  const sampler = createProcessSampler();
  const journal = takeJournal({ paths, config, install, spool, who });
  let drain: Drain | undefined;
  try {
    pruneSessionFlags(paths.sessionsDir, Date.now());
    const state = openState(paths.dataDir, paths.journalDir);
    const pipeline = await buildStages({ config, paths, install, state, sampler, counters });
    const copies = state.copies;
    const intake = createIntake({
      spool,
      journal,
      pipeline,
      copies,
      counters,
      clock: systemClock,
      install,
      who,
    });
    const outbound = tryOutbound(
      { config, paths, installId: install.installId, journal, who, counters },
      note,
    );
    drain = outbound && createDrain(outbound, counters);
    const leadership: Leadership = { ...options, journal, state, intake, drain, counters };
    tellStart(leadership);
    const reason = await loop(leadership);
    await leave(leadership, reason);
    return reason;
  } finally {
    sampler.stop();
    // Else it would go on beside the next leadership, with a journal that is closed.
    await drain?.stop();
    journal.close();
  }
}

/** An endpoint that cannot be used is no reason to stop recording: the journal keeps all of it. */
function tryOutbound(deps: OutboundDeps, note: (line: string) => void): Outbound | undefined {
  try {
    return buildOutbound(deps);
  } catch (error) {
    if (!(error instanceof AtelError)) throw error;
    note(`not sending: ${error.message}`);
    return undefined;
  }
}

function tellStart({ journal, who }: Leadership): void {
  const { recovered, received } = journal;
  const options = { atNanos: systemClock() };
  const jump = clockAtStart(received, options.atNanos);
  appendOwn(journal, [
    ...(recovered ? [ownRecord('torn_tail', { ...recovered }, who, { ...options, level: 'WARN' })] : []),
    ...(jump ? [clockRecord(jump, who, options.atNanos)] : []),
    ownRecord('forwarder_start', { pid: process.pid, node: process.version }, who, options),
  ]);
}

/** A clock that went forward may be a virtual machine's that was asleep. */
function clockRecord(jump: ClockJump, who: OwnIdentity, atNanos: bigint): DraftRecord {
  const level = jump.direction === 'back' ? 'WARN' : 'INFO';
  return ownRecord('clock', { ...jump }, who, { level, atNanos });
}

async function loop(leadership: Leadership): Promise<LeaveReason> {
  const { paths, config, spool, once, signal, intake, drain, journal, who } = leadership;
  const { scan_millis, idle_seconds, heartbeat_seconds } = config.forwarder;
  const clock = createClockWatch(systemClock, bootClock);
  const hint = createChangeHint(paths.queueDir);
  const configAt = modifiedAt(paths.configFile);
  let [busyAt, beatAt] = [performance.now(), performance.now()];
  try {
    for (;;) {
      const jump = clock.look();
      if (jump) appendOwn(journal, [clockRecord(jump, who, systemClock())]);
      const { journaled, more, foreign } = intake.pass();
      if (journaled.length > 0) busyAt = performance.now();
      if (drain?.advance()) busyAt = performance.now();
      if (performance.now() - beatAt >= heartbeat_seconds * 1000) {
        beat(leadership);
        beatAt = performance.now();
      }
      if (signal.aborted) return 'signal';
      // Lets delivery go on between two batches of a long queue.
      if (more) await new Promise((resolve) => setImmediate(resolve));
      else if (once && !spool.scan().some(({ name }) => once.has(name) && !foreign.has(name))) return 'once';
      else if (modifiedAt(paths.configFile) !== configAt) return 'configuration_changed';
      else if (performance.now() - busyAt >= idle_seconds * 1000) return 'idle';
      else await hint.wait(scan_millis, signal);
    }
  } finally {
    hint.close();
  }
}

/** A record that we live, and what was counted; the state is saved along, so that a crash replays little. */
function beat({ journal, who, state, spool, counters, drain }: Leadership): void {
  const queue = spool.scan();
  const oldest = queue[0];
  const age = oldest === undefined ? 0 : Number((systemClock() - oldest.mtimeNanos) / NANOS_PER_SECOND);
  const details = { ...counters, depth: queue.length, oldest_age_s: age, ...drain?.describe() };
  appendOwn(journal, [ownRecord('heartbeat', details, who, { atNanos: systemClock() })]);
  state.save();
}

async function leave(leadership: Leadership, reason: LeaveReason): Promise<void> {
  const { intake, journal, state, who, counters, drain } = leadership;
  if (reason !== 'configuration_changed') leadership.leaving();
  while (intake.pass().more);
  if (reason !== 'configuration_changed') {
    const details = { clean: true, reason, ...counters };
    appendOwn(journal, [ownRecord('forwarder_stop', details, who, { atNanos: systemClock() })]);
  }
  await drain?.finish(LAST_DELIVERY_MILLIS);
  state.save();
}

function modifiedAt(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
