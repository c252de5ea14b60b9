/** A clock that is set: under a running forwarder, between two, and before a capture. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureClock, clockAtStart, createClockWatch } from '../../src/forwarder/clock-watch.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { bootClock, formatNanos, NANOS_PER_SECOND, systemClock } from '../../src/platform/clock.ts';
import { createHookFixture, type HookFixture } from '../capture/hook-fixture.ts';
import { eventually } from '../helpers/atel.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { type ForwardChild, forwardOnce, startForward } from '../helpers/forward-child.ts';
import { setClock } from '../helpers/set-clock.ts';
import { verdictOf } from '../journal/support.ts';

const DAY_SECONDS = 86_400;
const NOON = 1_750_000_000n * NANOS_PER_SECOND;

/** Two clocks by hand, in seconds. */
function clocks(): {
  readonly pass: (steady: number, wall?: number) => void;
  readonly watch: ReturnType<typeof createClockWatch>;
} {
  let [wall, steady] = [NOON, 1000n * NANOS_PER_SECOND];
  const watch = createClockWatch(
    () => wall,
    () => steady,
  );
  return {
    watch,
    pass(steadySeconds, wallSeconds = steadySeconds) {
      steady += BigInt(Math.round(steadySeconds * 1000)) * 1_000_000n;
      wall += BigInt(Math.round(wallSeconds * 1000)) * 1_000_000n;
    },
  };
}

describe('a clock watch', () => {
  it('tells each jump once, with direction and seconds', () => {
    const { pass, watch } = clocks();
    pass(1, 1 - DAY_SECONDS);
    expect(watch.look()).toEqual({ direction: 'back', seconds: DAY_SECONDS, since: 'last_pass' });
    expect(watch.look()).toBeUndefined();
    pass(1, 1 + 2 * DAY_SECONDS);
    expect(watch.look()).toMatchObject({ direction: 'forward', seconds: 2 * DAY_SECONDS });
    pass(1, -Number(NOON / NANOS_PER_SECOND));
    expect(watch.look()).toMatchObject({ direction: 'back' });
    expect(watch.look()).toBeUndefined();
  });

  it('tells nothing of a suspend, of a correction by seconds, or of a clock that is slowly steered', () => {
    const { pass, watch } = clocks();
    pass(8 * 3600);
    expect(watch.look()).toBeUndefined();
    for (const seconds of [4.9, -4.9]) {
      pass(1, 1 + seconds);
      expect(watch.look()).toBeUndefined();
    }
    for (let i = 0; i < 100; i++) {
      pass(1, 1.1);
      expect(watch.look()).toBeUndefined();
    }
  });

  it('takes no jump from having been stopped between two readings', () => {
    let [reading, steady] = [0, 0n];
    const watch = createClockWatch(
      () => NOON,
      () => (reading++ === 2 ? (steady += 60n * NANOS_PER_SECOND) : steady),
    );
    expect(watch.look()).toBeUndefined();
  });

  it('goes by clocks that run alike', async () => {
    const watch = createClockWatch(systemClock, bootClock);
    const before = bootClock();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(bootClock() - before).toBeGreaterThan(NANOS_PER_SECOND);
    expect(watch.look()).toBeUndefined();
  });
});

describe('a clock at a start', () => {
  it('is behind when the journal’s newest record is of later, and never ahead', () => {
    const at = (seconds: number): string => formatNanos(NOON + BigInt(seconds) * NANOS_PER_SECOND);
    expect(clockAtStart(at(DAY_SECONDS), NOON)).toEqual({
      direction: 'back',
      seconds: DAY_SECONDS,
      since: 'last_record',
    });
    for (const received of [undefined, 'no time', at(0), at(4), at(-DAY_SECONDS)])
      expect(clockAtStart(received, NOON)).toBeUndefined();
  });
});

describe('a capture', () => {
  it('is of a wrong clock when it lies ahead of ours or before 2000', () => {
    const seconds = (n: number): bigint => BigInt(n) * NANOS_PER_SECOND;
    expect(captureClock(NOON + seconds(6), NOON)).toBe('ahead');
    expect(captureClock(NOON + seconds(4), NOON)).toBeUndefined();
    expect(captureClock(NOON - seconds(400 * DAY_SECONDS), NOON)).toBeUndefined();
    expect(captureClock(0n, NOON)).toBe('unset');
    expect(captureClock(-1n, NOON)).toBe('unset');
  });
});

describe('a forwarder whose clock is set', () => {
  let at: HookFixture;
  let clockFile: string;
  let child: ForwardChild | undefined;
  beforeEach(() => {
    at = createHookFixture();
    at.mark();
    clockFile = join(at.root, 'clock');
    setClock(clockFile, 0);
  });
  afterEach(async () => {
    child?.process.kill('SIGKILL');
    await child?.ended;
    child = undefined;
    at.remove();
  });

  const records = (): readonly AtelRecord[] =>
    Array.from(readJournal(at.paths.journalDir)).flatMap(({ line }) => parseRecord(line) ?? []);
  const told = () =>
    records().flatMap(({ action_details: details, level }) =>
      details?.kind === 'clock' ? [{ level, ...details }] : [],
    );
  const spool = (millis: number): readonly string[] =>
    spoolEvents(at.paths.queueDir, { project: at.project, count: 3, at: (i) => Date.now() + millis + i });
  const expectWhole = (ids: readonly string[]): void => {
    const all = records();
    expect(all.filter(({ hook_event: hook }) => hook !== 'Audit').map(({ id }) => id)).toEqual(ids);
    expect(all.map(({ audit }) => audit.seq)).toEqual(all.map((_, i) => i + 1));
    expect(verdictOf(at.paths.journalDir)).toMatchObject({ verdict: 'intact', head: 'ok' });
  };

  it('back a day, on a day, and to 1970 is told each time, and goes on with the same chain', async () => {
    child = startForward({ home: at.home, once: false, clockFile });
    const ids = [...spool(0)];
    await eventually('the first are journaled', () => readdirSync(at.paths.queueDir).length === 0);
    for (const off of [-DAY_SECONDS * 1000, DAY_SECONDS * 1000, -Date.now()]) {
      const before = told().length;
      setClock(clockFile, off);
      await eventually('the jump is told', () => told().length > before);
      ids.push(...spool(off));
      await eventually('the next are journaled', () => readdirSync(at.paths.queueDir).length === 0);
    }
    expect(told()).toMatchObject([
      { level: 'WARN', direction: 'back', since: 'last_pass' },
      { level: 'INFO', direction: 'forward', since: 'last_pass' },
      { level: 'WARN', direction: 'back', since: 'last_pass' },
    ]);
    const [first, second] = told().map((jump) => Number('seconds' in jump ? jump.seconds : 0));
    expect(Math.abs((first ?? 0) - DAY_SECONDS)).toBeLessThanOrEqual(1);
    expect(Math.abs((second ?? 0) - 2 * DAY_SECONDS)).toBeLessThanOrEqual(1);
    expectWhole(ids);
  });

  it('back while none runs is told by the next one, once', async () => {
    const run = () => forwardOnce({ home: at.home, clockFile });
    const ids = [...spool(0)];
    await run();
    for (let i = 0; i < 2; i++) {
      setClock(clockFile, -DAY_SECONDS * 1000);
      ids.push(...spool(-DAY_SECONDS * 1000));
      await run();
    }
    expect(told()).toMatchObject([{ level: 'WARN', direction: 'back', since: 'last_record' }]);
    expectWhole(ids);
  });
});
