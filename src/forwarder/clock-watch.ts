/**
 * Tells when a clock cannot be trusted: the wall clock was set while we run, is behind the journal when we start, or
 * was wrong when a hook ran. Order never depends on it; times in records do.
 */
import type { AuditBlock } from '../journal/record.ts';
import { type Clock, NANOS_PER_SECOND, parseNanos } from '../platform/clock.ts';

/** Less than this is a correction, or two clocks that were not read at the same moment. */
const TOLERANCE_NANOS = 5n * NANOS_PER_SECOND;
/** Nothing of ours is older than 2000-01-01: a clock that says so was never set. */
const EARLIEST_NANOS = 946_684_800n * NANOS_PER_SECOND;

/** The `action_details` of a record about the clock, beside its kind. */
export interface ClockJump {
  readonly direction: 'back' | 'forward';
  /** Whole seconds. */
  readonly seconds: number;
  /** What the clock is compared with: its own earlier reading, or the journal's newest record. */
  readonly since: 'last_pass' | 'last_record';
}

export interface ClockWatch {
  /** Whether the wall clock was set since the last look. */
  look(): ClockJump | undefined;
}

/** @param steady goes on through a suspend, so that waking up is no jump, and never follows a clock that is set */
export function createClockWatch(wall: Clock, steady: Clock): ClockWatch {
  let distance = wall() - steady();
  return {
    look() {
      const before = steady();
      const now = wall();
      const after = steady();
      // We were stopped between the readings, which says nothing of the clock.
      if (after - before > NANOS_PER_SECOND) return undefined;
      const jump = now - after - distance;
      distance += jump;
      return jumpOf(jump, 'last_pass');
    },
  };
}

/**
 * The clock at a start, which may be behind what was journaled.
 * @param received time of journaling of the newest record
 */
export function clockAtStart(received: string | undefined, now: bigint): ClockJump | undefined {
  const last = received === undefined ? undefined : parseNanos(received);
  // Time that passed since then is no jump.
  return last !== undefined && last > now ? jumpOf(now - last, 'last_record') : undefined;
}

function jumpOf(jump: bigint, since: ClockJump['since']): ClockJump | undefined {
  const size = jump < 0n ? -jump : jump;
  if (size <= TOLERANCE_NANOS) return undefined;
  return { direction: jump < 0n ? 'back' : 'forward', seconds: Number(size / NANOS_PER_SECOND), since };
}

/** What is wrong with the time of a capture, by the clock of the forwarder that takes it. */
export function captureClock(capturedNanos: bigint, now: bigint): AuditBlock['clock'] {
  if (capturedNanos < EARLIEST_NANOS) return 'unset';
  return capturedNanos - now > TOLERANCE_NANOS ? 'ahead' : undefined;
}
