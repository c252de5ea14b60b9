/**
 * Many writers, and everything killed at random; afterwards a count of what is where. Real hooks, forwarder, Collector
 * and Loki in a HOME of their own.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hookCopyPath } from '../../src/capture/hook-copy.ts';
import { readCursor, readHead } from '../../src/journal/marks.ts';
import { startTimeOf } from '../../src/platform/processes.ts';
import { openSource } from '../../src/query/open-source.ts';
import { SOURCE_NAMES, type SourceName } from '../../src/query/record-source.ts';
import { type AtelUser, createUser, stackDirOf, useStack } from './atel.ts';
import type { WriterTask } from './chaos-writer.ts';
import { endProcesses } from './processes.ts';
import { createRandom } from './random.ts';
import { type StackParts, startParts, type TestStack } from './running-stack.ts';

const WRITER = fileURLToPath(new URL('chaos-writer.ts', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../dist/forwarder/launch.js', import.meta.url));
const WRITERS = 10;
const POLL_MILLIS = 50;
/** Events between two kills of a part, at most; and never fewer kills than so many: the writers go on until then. */
const EVENTS_PER_KILL = { forwarder: 500, collector: 1000, loki: 2500 } as const;
const LEAST_KILLS = { forwarder: 5, collector: 2, loki: 1 } as const;
const MAX_ROUNDS = 20;
const MAX_OUTAGE_MILLIS = 3000;
/** This share of the forwarders is killed whenever it comes; the others at work, so long after their first record. */
const KILLED_AT_ONCE_SHARE = 0.25;
const MAX_WORK_MILLIS = 1000;

export interface ChaosOptions {
  readonly parts: StackParts;
  readonly events: number;
  readonly seed: number;
  /** One line now and then. */
  readonly report: (line: string) => void;
  /** How long catching up may take. */
  readonly patienceMillis: number;
}

export interface ChaosResult {
  readonly returned: number;
  /** Forwarders that journaled something before they were killed or left. */
  readonly worked: number;
  /** How often each was killed. */
  readonly kills: Readonly<Record<'hook' | 'forwarder' | 'collector' | 'loki', number>>;
  /** Of hooks that were killed: journaled whole, and marked as not whole. */
  readonly killedWhole: number;
  readonly marked: number;
  readonly lossRecords: number;
  readonly records: Readonly<Record<SourceName, number>>;
  readonly verdicts: Readonly<Record<SourceName, string>>;
  readonly seconds: { readonly chaos: number; readonly catchingUp: number };
  /** One line each; empty when nothing was lost. */
  readonly problems: readonly string[];
}

const PARTS = ['forwarder', 'collector', 'loki'] as const;
type Kill = (typeof PARTS)[number];

interface Told {
  readonly returned: Set<string>;
  readonly killed: Set<string>;
  readonly failed: string[];
}

/** Runs it all in a temporary directory, which is removed unless something was lost. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'atel-chaos-')));
  const world = { home: join(root, 'home'), project: join(root, 'home/project') };
  mkdirSync(world.project, { recursive: true });
  const user = createUser(world);
  const stack = await startParts(options.parts, { dir: stackDirOf(world) });
  let lost = true;
  try {
    await user.output(['init', '--project']);
    await user.output(['enable']);
    useStack(user, stack);
    const begun = performance.now();
    const { told, kills } = await rage(world, user, stack, options);
    const raged = performance.now();
    await catchUp(world, user, stack, options);
    const seconds = { chaos: (raged - begun) / 1000, catchingUp: (performance.now() - raged) / 1000 };
    const result = { ...(await account(user, stack, told)), kills, seconds };
    lost = result.problems.length > 0;
    return result;
  } finally {
    await endProcesses(world.home);
    await stack.stop();
    if (lost) options.report(`everything is kept in ${root}`);
    else rmSync(root, { recursive: true, force: true });
  }
}

async function rage(
  { project }: { readonly project: string },
  user: AtelUser,
  stack: TestStack,
  { events, seed, report }: ChaosOptions,
): Promise<{ told: Told; kills: ChaosResult['kills'] }> {
  const told: Told = { returned: new Set(), killed: new Set(), failed: [] };
  const done = (): number => told.returned.size + told.killed.size + told.failed.length;
  const hook = hookCopyPath(user.paths, 'settings-project');
  const share = Math.ceil(events / WRITERS);
  const writeRound = async (round: number): Promise<void> => {
    const writers = Array.from({ length: WRITERS }, (_, n) => {
      const name = `chaos-${seed}-${round}-${n}`;
      return write({ hook, project, name, events: share, seed: (seed + round) * WRITERS + n }, told);
    });
    await Promise.all(writers);
  };
  const random = createRandom(seed);
  const calm = new AbortController();
  const kills = { forwarder: 0, collector: 0, loki: 0 };
  const unharmed = (): boolean => PARTS.some((part) => kills[part] < LEAST_KILLS[part]);
  const strike: Readonly<Record<Kill, () => Promise<boolean>>> = {
    forwarder: () => killForwarder(user, random, calm.signal),
    collector: () => outage(stack.collector, random),
    loki: () => outage(stack.loki, random),
  };
  const assail = async (part: Kill): Promise<void> => {
    const most = Math.min(EVENTS_PER_KILL[part], events / LEAST_KILLS[part]);
    for (let next = 0; !calm.signal.aborted;) {
      next = done() + most * random();
      while (!calm.signal.aborted && done() < next) await sleep(POLL_MILLIS);
      if (!calm.signal.aborted && (await strike[part]())) kills[part]++;
    }
  };
  const assailants = PARTS.map(assail);
  const progress = setInterval(
    () => report(`${done()} events (${events} or more); killed: ${JSON.stringify(kills)}`),
    5000,
  );
  try {
    for (let round = 0; round === 0 || (unharmed() && round < MAX_ROUNDS); round++) await writeRound(round);
  } finally {
    calm.abort();
    clearInterval(progress);
    await Promise.all(assailants);
  }
  return { told, kills: { hook: told.killed.size, ...kills } };
}

async function write(task: WriterTask, told: Told): Promise<void> {
  const child = spawn(process.execPath, [WRITER, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const id = line.slice(line.lastIndexOf(' ') + 1);
    if (line.startsWith('returned ')) told.returned.add(id);
    else if (line.startsWith('killed ')) told.killed.add(id);
    else told.failed.push(line);
  }
}

async function killForwarder(user: AtelUser, random: () => number, calm: AbortSignal): Promise<boolean> {
  const pid = user.forwarder();
  if (pid === undefined) return false;
  if (random() >= KILLED_AT_ONCE_SHARE) {
    const before = readHead(user.paths.journalDir)?.seq;
    while (!calm.aborted && readHead(user.paths.journalDir)?.seq === before) await sleep(POLL_MILLIS);
    await sleep(random() * MAX_WORK_MILLIS);
  }
  if (startTimeOf(pid) === undefined) return false;
  process.kill(pid, 'SIGKILL');
  while (startTimeOf(pid) !== undefined) await sleep(POLL_MILLIS);
  return true;
}

async function outage(part: TestStack['loki'], random: () => number): Promise<boolean> {
  await part.kill('SIGKILL');
  await sleep(random() * MAX_OUTAGE_MILLIS);
  await part.restart();
  return true;
}

/** A forwarder that is let alone delivers everything and is told to stop; then the last record is in Loki. */
async function catchUp(
  { home }: { readonly home: string },
  user: AtelUser,
  stack: TestStack,
  { report, patienceMillis }: ChaosOptions,
): Promise<void> {
  const deadline = performance.now() + patienceMillis;
  const until = async (about: string, what: () => boolean | Promise<boolean>): Promise<void> => {
    report(`waiting until ${about}`);
    while (!(await what())) {
      if (performance.now() > deadline) return report(`did not come true: ${about}`);
      await sleep(200);
    }
  };
  const { journalDir, queueDir } = user.paths;
  const launch = (): void => {
    if (user.forwarder() === undefined)
      spawn(process.execPath, [LAUNCHER], { env: { HOME: home }, stdio: 'ignore' });
  };
  await until('the spool is empty', () => {
    launch();
    return readdirSync(queueDir).length === 0;
  });
  await until('the journal is delivered', () => {
    launch();
    return readCursor(journalDir)?.leaf === readHead(journalDir)?.leaf;
  });
  await user.stopForwarder();
  const all = (await idsIn('journal', user, stack)).size;
  for (const source of ['backup', 'loki'] as const) {
    await until(
      `${source} has all ${all} records`,
      async () => (await idsIn(source, user, stack)).size >= all,
    );
  }
}

async function idsIn(source: SourceName, user: AtelUser, stack: TestStack): Promise<Set<string>> {
  const ids = new Set<string>();
  const opened = await openSource(source, {
    journalDir: user.paths.journalDir,
    backupDir: stack.collector.backupDir,
    lokiUrl: () => stack.loki.url,
    note: () => undefined,
  });
  for await (const { record } of opened.records({})) ids.add(record.id);
  return ids;
}

async function account(
  user: AtelUser,
  stack: TestStack,
  { returned, killed, failed }: Told,
): Promise<Omit<ChaosResult, 'kills' | 'seconds'>> {
  const problems = [...failed];
  const records = user.records();
  const ids = new Set(records.map(({ id }) => id));
  if (ids.size !== records.length) problems.push(`${records.length - ids.size} record ids stand twice`);
  const times = new Map<string, number>();
  let [marked, killedWhole, lossRecords, worked] = [0, 0, 0, 0];
  for (const { id, hook_event, action_details, correlation, session_id, audit, event_type } of records) {
    if (action_details?.kind === 'loss') lossRecords++;
    if (action_details?.kind === 'forwarder_start') worked++;
    if (hook_event === 'Audit') continue;
    const key = correlation?.tool_use_id ?? session_id ?? '';
    const whole = audit.commit === 'ok' && event_type !== 'unreadable';
    if (whole || returned.has(key)) times.set(key, (times.get(key) ?? 0) + 1);
    if (!whole) marked++;
    if (whole && killed.has(key)) killedWhole++;
    if (whole && !returned.has(key) && !killed.has(key)) problems.push(`nobody generated ${key} (${id})`);
    if (!whole && returned.has(key)) problems.push(`${key} returned and is ${audit.commit} (${id})`);
  }
  for (const key of returned) if (!times.has(key)) problems.push(`${key} returned and is lost`);
  for (const [key, count] of times) if (count > 1) problems.push(`${key} is there ${count} times`);
  const sizes = { journal: records.length, backup: 0, loki: 0 };
  const verdicts = { journal: '', backup: '', loki: '' };
  for (const source of SOURCE_NAMES) {
    const found = await idsIn(source, user, stack);
    sizes[source] = found.size;
    for (const id of ids) if (!found.has(id)) problems.push(`${id} is not in ${source}`);
    for (const id of found) if (!ids.has(id)) problems.push(`${id} is only in ${source}`);
    verdicts[source] = (await user.atel(['verify', '--source', source])).stdout.split('\n')[0] ?? '';
    if (!verdicts[source].startsWith('intact')) problems.push(`${source}: ${verdicts[source]}`);
  }
  return {
    returned: returned.size,
    worked,
    killedWhole,
    marked,
    lossRecords,
    records: sizes,
    verdicts,
    problems,
  };
}
