/** A clock that is set while everything runs, with the real Collector and Loki behind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { parseRecord } from '../../src/journal/reader.ts';
import { type AtelUser, createUser, eventually, stackDirOf, useStack } from '../helpers/atel.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { type ForwardChild, startForward } from '../helpers/forward-child.ts';
import { endProcesses } from '../helpers/processes.ts';
import { createWorld, removeWorld, type World } from '../helpers/scenario.ts';
import { setClock } from '../helpers/set-clock.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const DAY_MILLIS = 86_400_000;
const SOURCES = ['journal', 'backup', 'loki'] as const;

describe.skipIf(!stackParts)('a clock that goes back a day, on a day, and to 1970', () => {
  let world: World;
  let stack: TestStack;
  let user: AtelUser;
  let forwarder: ForwardChild;
  let clockFile: string;

  beforeAll(async () => {
    world = createWorld();
    user = createUser(world);
    stack = await startStack({ dir: stackDirOf(world) });
    await user.output(['init', '--project']);
    useStack(user, stack);
    clockFile = join(world.home, 'clock');
    setClock(clockFile, 0);
    forwarder = startForward({ home: world.home, once: false, clockFile });
    // It has looked at its clock when it has taken an event.
    const at = (): number => Date.now();
    const [first = ''] = spoolEvents(user.paths.queueDir, { project: world.project, count: 1, at });
    await eventually('an event is journaled', () => user.records().some(({ id }) => id === first));
  });
  afterAll(async () => {
    forwarder.process.kill('SIGKILL');
    await forwarder.ended;
    await endProcesses(world.home);
    await stack.stop();
    await removeWorld(world);
  });

  const idsIn = async (source: string): Promise<ReadonlySet<string>> => {
    const lines = await user.output(['query', '--json', '--since', '1969-01-01', '--source', source]);
    return new Set(lines.split('\n').flatMap((line) => parseRecord(line)?.id ?? []));
  };
  const jumps = (): number =>
    user.records().filter(({ action_details: details }) => details?.kind === 'clock').length;

  /** Sets the clock and lets some events happen. */
  const happenAt = async (off: number): Promise<readonly string[]> => {
    const before = jumps();
    setClock(clockFile, off);
    await eventually('the jump is told', () => jumps() === before + 1);
    const at = (index: number): number => Math.max(0, Date.now() + off + index);
    const ids = spoolEvents(user.paths.queueDir, { project: world.project, count: 20, at });
    await user.drained();
    return ids;
  };
  const arriveIn = (source: string, ids: readonly string[]): Promise<void> =>
    eventually(`${source} has them`, async () => {
      const there = await idsIn(source);
      return ids.every((id) => there.has(id));
    });

  it('leaves all of a day back and a day on in journal, backup and Loki', async () => {
    const ids = [...(await happenAt(-DAY_MILLIS)), ...(await happenAt(DAY_MILLIS))];
    for (const source of SOURCES) await arriveIn(source, ids);
    await eventually('Loki is whole', async () =>
      (await user.atel(['verify', '--source', 'loki'])).stdout.startsWith('intact'),
    );
  });

  it('leaves all of 1970 in journal and backup, and what Loki refuses is reported', async () => {
    const ids = await happenAt(-Date.now());
    for (const source of ['journal', 'backup']) {
      await arriveIn(source, ids);
      expect(await user.output(['verify', '--source', source])).toMatch(/^intact/);
    }
    const run = await user.atel(['verify', '--source', 'loki']);
    expect(run.exitCode).not.toBe(0);
    // Cut as long as nothing that came later has arrived, then missing.
    expect(run.stdout).toMatch(/^incomplete .*\n {2}(?:missing|cut) /);
  });
});
