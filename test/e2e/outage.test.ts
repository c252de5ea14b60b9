/** Thirty hours in which one part after the other is away or killed; afterwards nothing is missing anywhere. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/journal/reader.ts';
import { startTimeOf } from '../../src/platform/processes.ts';
import { type AtelUser, createUser, eventually, stackDirOf, useStack } from '../helpers/atel.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { endProcesses } from '../helpers/processes.ts';
import { call, createWorld, playScenario, removeWorld, session, type World } from '../helpers/scenario.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const HOUR_MILLIS = 3_600_000;
const SOURCES = ['journal', 'backup', 'loki'] as const;

describe.skipIf(!stackParts)('an outage', () => {
  const now = Date.now();
  let world: World;
  let stack: TestStack;
  let user: AtelUser;

  beforeAll(async () => {
    world = createWorld();
    user = createUser(world);
    stack = await startStack({ dir: stackDirOf(world), loki: false });
    await user.output(['init', '--project']);
    await user.output(['enable']);
  });
  afterAll(async () => {
    await endProcesses(world.home);
    await stack.stop();
    await removeWorld(world);
  });

  /** Events captured between these hours before now, at even distances. */
  const capture = (count: number, from: number, to: number): readonly string[] =>
    spoolEvents(user.paths.queueDir, {
      project: world.project,
      count,
      at: (index) => now - (from - ((from - to) * index) / count) * HOUR_MILLIS,
    });

  const idsIn = async (source: string): Promise<ReadonlySet<string>> => {
    const lines = await user.output(['query', '--json', '--source', source]);
    return new Set(lines.split('\n').flatMap((line) => parseRecord(line)?.id ?? []));
  };

  const backupSize = (): number => {
    const { backupDir } = stack.collector;
    if (!existsSync(backupDir)) return 0;
    return readdirSync(backupDir).reduce((sum, name) => sum + statSync(join(backupDir, name)).size, 0);
  };
  const backupGrows = async (): Promise<void> => {
    const before = backupSize();
    await eventually('the backup grows', () => backupSize() > before);
  };

  /** Waits until the source holds as many as the journal; what it holds is checked by the caller. */
  const caughtUp = (source: string): Promise<void> =>
    eventually(
      `${source} has caught up`,
      async () => (await idsIn(source)).size >= (await idsIn('journal')).size,
    );

  it('of days without any endpoint loses nothing: the journal is sent when there is one', async () => {
    const ids = capture(300, 72, 30);
    await user.launchForwarder();
    await user.drained();
    expect(backupSize()).toBe(0);

    useStack(user, stack);
    await eventually('the Collector gets something', () => backupSize() > 0);
    await caughtUp('backup');
    const journal = await idsIn('journal');
    expect(ids.filter((id) => !journal.has(id))).toEqual([]);
    expect(await idsIn('backup')).toEqual(journal);
  });

  it('of Loki, with Collector and forwarder killed meanwhile, loses nothing and all is visible at once', async () => {
    const ids = [...capture(700, 30, 20)];
    await backupGrows();
    // What waits for Loki now lies in the queue on disk.
    await stack.collector.kill('SIGKILL');

    ids.push(...capture(400, 20, 10));
    const forwarder = user.forwarder() ?? 0;
    await eventually('some are journaled', () => user.events().length > 1000);
    process.kill(forwarder, 'SIGKILL');
    await eventually('it is gone', () => startTimeOf(forwarder) === undefined);

    ids.push(...capture(700, 10, 0));
    await stack.collector.restart();
    await user.launchForwarder();
    await backupGrows();
    await stack.collector.kill('SIGKILL');
    await stack.loki.restart();
    await stack.collector.restart();

    // A live session, and behind it old events, late in a stream that has moved on.
    await playScenario(session([call('Bash', { command: 'echo live' })]), world);
    ids.push(...capture(200, 29, 1));
    await user.drained();

    await caughtUp('backup');
    await caughtUp('loki');
    const events = user.events().map(({ id }) => id);
    expect(events.length).toBe(new Set(events).size);
    const [journal, backup, loki] = await Promise.all(SOURCES.map(idsIn));
    expect(ids.filter((id) => !journal?.has(id))).toEqual([]);
    expect(backup).toEqual(journal);
    expect(loki).toEqual(journal);
  });

  it('leaves every source intact', async () => {
    for (const source of SOURCES) {
      expect(await user.output(['verify', '--source', source])).toMatch(/^intact/);
    }
  });
});
