import { uptime } from 'node:os';

/** Nanoseconds since the Unix epoch, or since another fixed moment. Passed in wherever time matters, so that tests own it. */
export type Clock = () => bigint;

export const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * Time since boot, suspends included; nobody can set it. 10 ms fine on Linux. Elsewhere it may
 * follow the wall clock, so that a jump cannot be told.
 */
export function bootClock(): bigint {
  return BigInt(Math.round(uptime() * 1000)) * 1_000_000n;
}

const monotonicOffset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

/**
 * Wall clock. Milliseconds come from the system clock, so that a clock that is set is followed; the digits
 * below are the monotonic clock's, so that two readings in one millisecond rarely collide.
 */
export function systemClock(): bigint {
  const millis = BigInt(Date.now()) * 1_000_000n;
  const fine = process.hrtime.bigint() + monotonicOffset;
  return millis + (((fine % 1_000_000n) + 1_000_000n) % 1_000_000n);
}

/** RFC 3339 in UTC with nine decimals, e.g. `2026-11-22T20:14:21.123456789Z`. */
export function formatNanos(nanos: bigint): string {
  const seconds = nanos / NANOS_PER_SECOND;
  const fraction = (nanos % NANOS_PER_SECOND).toString().padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The inverse of `formatNanos`; fewer decimals and offsets are read too. `undefined` when it is no date. */
export function parseNanos(text: string): bigint | undefined {
  const time = parseTime(text);
  return time && BigInt(time[0]) * NANOS_PER_SECOND + BigInt(time[1]);
}

/** The same as whole seconds since the epoch, which may be negative, and the nanoseconds after them. */
export function parseTime(text: string): [seconds: number, nanos: number] | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (!match) return undefined;
  const millis = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(millis)) return undefined;
  return [millis / 1000, Number((match[2] ?? '').padEnd(9, '0'))];
}
