/** How long a forwarder leads, and what it says of itself meanwhile. */
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, updateConfigFile } from '../../src/config/load.ts';
import { runForwarder } from '../../src/forwarder/run.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import type { Paths } from '../../src/platform/paths.ts';
import { eventually } from '../helpers/atel.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { type OtlpSink, partial, startOtlpSink } from '../helpers/otlp-sink.ts';
import { temporaryHome } from '../helpers/temporary-home.ts';

let home: string;
let paths: Paths;
let notes: string[];
let stop: AbortController;
beforeEach(() => {
  ({ home, paths } = temporaryHome());
  notes = [];
  stop = new AbortController();
});

function run(once = false): Promise<void> {
  const note = (line: string): void => void notes.push(line);
  return runForwarder({
    paths,
    loadConfig: () => loadConfig(paths.configFile),
    once,
    signal: stop.signal,
    note,
  });
}

const spool = (count: number): readonly string[] => spoolEvents(paths.queueDir, { project: home, count });
const records = (): readonly AtelRecord[] =>
  [...readJournal(paths.journalDir)].flatMap(({ line }) => parseRecord(line) ?? []);
const own = (kind: string): readonly AtelRecord['action_details'][] =>
  records().flatMap(({ action_details: details }) => (details?.kind === kind ? [details] : []));

describe('a forwarder', () => {
  it('beats with what it counted, and leaves when nothing has come for long enough', async () => {
    updateConfigFile(paths.configFile, [
      [['forwarder', 'heartbeat_seconds'], 0.05],
      [['forwarder', 'idle_seconds'], 0.5],
    ]);
    spool(3);
    writeFileSync(join(paths.queueDir, 'unfinished'), 'atel-spool/1', { mode: 0o600 });
    await run();
    expect(own('heartbeat')[0]).toMatchObject({ received: 3, journaled: 3, depth: 1 });
    expect(own('forwarder_stop')).toMatchObject([{ reason: 'idle', clean: true }]);
    expect(existsSync(paths.pidFile)).toBe(false);
  });

  it('takes what is there when it is told to leave', async () => {
    const running = run();
    await eventually('it leads', () => existsSync(paths.pidFile));
    stop.abort();
    const ids = spool(2);
    await running;
    expect(own('forwarder_stop')).toMatchObject([{ reason: 'signal' }]);
    expect(readdirSync(paths.queueDir)).toEqual([]);
    expect(records().filter(({ id }) => ids.includes(id))).toHaveLength(2);
  });

  it('goes on with a changed configuration, and with the one before when the new one is broken', async () => {
    updateConfigFile(paths.configFile, [[['agent', 'role'], 'first']]);
    const running = run();
    const roleOf = async (): Promise<unknown> => {
      const ids = spool(1);
      await eventually('it is journaled', () => records().some(({ id }) => ids.includes(id)));
      return records().findLast(({ id }) => ids.includes(id))?.agent_context?.agent_role;
    };
    const starts = (count: number): Promise<void> =>
      eventually('it leads anew', () => own('forwarder_start').length === count);
    expect(await roleOf()).toBe('first');
    updateConfigFile(paths.configFile, [[['agent', 'role'], 'second']]);
    await starts(2);
    expect(await roleOf()).toBe('second');
    writeFileSync(paths.configFile, 'agent: {');
    utimesSync(paths.configFile, 1, 1);
    await starts(3);
    expect(await roleOf()).toBe('second');
    expect(notes).toEqual([
      expect.stringMatching(/make it valid YAML; going on with the configuration before$/),
    ]);
    stop.abort();
    await running;
    expect(own('forwarder_stop')).toHaveLength(1);
  });

  it('records on when there is an endpoint that it cannot use, and says so', async () => {
    updateConfigFile(paths.configFile, [[['export', 'endpoint'], 'http://169.254.169.254']]);
    const ids = spool(2);
    await run(true);
    expect(notes).toEqual([
      expect.stringMatching(/^not sending: export\.endpoint: is a cloud metadata service/),
    ]);
    expect(records().filter(({ id }) => ids.includes(id))).toHaveLength(2);
  });

  it('tells what a torn tail was, once', async () => {
    spool(1);
    await run(true);
    const [segment = ''] = readdirSync(paths.journalDir).filter((name) => name.endsWith('.jsonl'));
    writeFileSync(join(paths.journalDir, segment), '{"half', { flag: 'a' });
    for (let i = 0; i < 2; i++) {
      spool(1);
      await run(true);
    }
    expect(own('torn_tail')).toEqual([{ kind: 'torn_tail', segment, bytes: 6 }]);
  });
});

describe('a forwarder whose records are refused', () => {
  let sink: OtlpSink;
  beforeEach(async () => {
    sink = await startOtlpSink();
  });
  afterEach(() => sink.close());

  it('tells it in a record with the dead letter, of bounded length, and counts it', async () => {
    updateConfigFile(paths.configFile, [
      [['export', 'endpoint'], sink.url],
      [['forwarder', 'idle_seconds'], 0.5],
    ]);
    sink.answer(partial(2, 'x'.repeat(600)));
    spool(3);
    await run();
    const [told] = own('delivery_partial');
    expect(told).toMatchObject({ rejected: 2, message: 'x'.repeat(500) });
    expect(existsSync(String(told?.['dead_letter']))).toBe(true);
    expect(own('forwarder_stop')).toMatchObject([{ rejected: 2 }]);
  });
});
