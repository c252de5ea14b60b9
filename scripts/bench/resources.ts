/** What the forwarder of an installed user takes: memory with a long queue before or behind it, CPU with none. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { updateConfigFile } from '../../src/config/load.ts';
import { readHead } from '../../src/journal/marks.ts';
import { livePidFile } from '../../src/platform/processes.ts';
import { cpuMillis, peakMib, residentMib, until } from './process.ts';
import { fillSpool } from './spool-of.ts';
import { type BenchResult, claim, markdownTable } from './stats.ts';
import { type BenchUser, withBenchUser } from './user.ts';

const WAITING = 100_000;
const IDLE_MILLIS = 60_000;
/** Until the processes of the agents are not sampled any more (60 s after the last event). */
const SETTLE_MILLIS = 65_000;
/** Percent of one core: four looks a second at the spool, for a client that may start at any time. */
const IDLE_BOUND = 0.5;
/** The same, and a batch of those that wait is sent again and again. */
const RETRYING_BOUND = 1;
const WAIT = { pollMillis: 250, patienceMillis: 300_000 };

interface Taken {
  readonly peak: number;
  readonly after: number;
  /** Percent of one core, with nothing to do. */
  readonly idle: number;
}

export async function benchResources(): Promise<BenchResult> {
  const alone = await measure(undefined);
  const unheard = await withSilentEndpoint(measure);
  const row = (what: string, { peak, after, idle }: Taken): readonly string[] => [
    what,
    peak.toFixed(0),
    after.toFixed(0),
    idle.toFixed(3),
  ];
  const count = WAITING.toLocaleString('en');
  return {
    title: 'Forwarder, memory and idle CPU',
    text: `${count} spool files of the recorded mix waiting when the forwarder is started, level \`redacted\`; then ${IDLE_MILLIS / 1000} s without an event.\n\n${markdownTable(
      ['endpoint', 'peak RSS MiB', 'RSS MiB when journaled', 'idle CPU, % of a core'],
      [row('none', alone), row(`does not answer: ${count} undelivered`, unheard)],
    )}`,
    claims: [
      claim(`peak RSS with ${count} waiting, MiB`, alone.peak, '<', 250, 0),
      claim(`peak RSS with ${count} undelivered, MiB`, unheard.peak, '<', 250, 0),
      claim('idle CPU, % of a core', alone.idle, '<', IDLE_BOUND, 3),
      claim('CPU while the endpoint does not answer, % of a core', unheard.idle, '<', RETRYING_BOUND, 3),
    ],
  };
}

/** A server that takes connections and never says a word. */
async function withSilentEndpoint<T>(use: (endpoint: string) => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await use(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
  } finally {
    server.close();
  }
}

function measure(endpoint: string | undefined): Promise<Taken> {
  return withBenchUser(async (user) => {
    if (endpoint !== undefined) updateConfigFile(user.paths.configFile, [[['export', 'endpoint'], endpoint]]);
    fillSpool(user.paths.queueDir, WAITING);
    const pid = await startByHook(user);
    await until(() => readdirSync(user.paths.queueDir).length === 0, WAIT);
    await sleep(SETTLE_MILLIS);
    const journaled = readHead(user.paths.journalDir)?.seq ?? 0;
    if (journaled < WAITING) throw new Error(`only ${journaled} records are in the journal`);
    const before = cpuMillis(pid);
    const after = residentMib(pid);
    await sleep(IDLE_MILLIS);
    const idle = ((cpuMillis(pid) - before) / IDLE_MILLIS) * 100;
    return { peak: peakMib(pid), after, idle };
  });
}

async function startByHook({ hook, project, paths }: BenchUser): Promise<number> {
  const payload = { hook_event_name: 'SessionStart', session_id: 'bench', cwd: project };
  spawnSync(hook, ['SessionStart', 'settings-project'], {
    env: { CLAUDE_PROJECT_DIR: project },
    input: JSON.stringify(payload),
  });
  await until(() => livePidFile(paths.pidFile) !== undefined, WAIT);
  return livePidFile(paths.pidFile)?.pid ?? 0;
}
