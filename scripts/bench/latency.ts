/** From the hook's return to the record in the journal and in the real Loki, with everything running. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import { until } from './process.ts';
import { type BenchResult, claim, markdownTable, median, percentile } from './stats.ts';
import { type BenchUser, withBenchUser } from './user.ts';

const EVENTS = 60;
/** Each of a user of its own, whose forwarder has never run. */
const FIRST_EVENTS = 10;
const WAIT = { pollMillis: 10, patienceMillis: 20_000 };

/** @throws when Collector or Loki cannot be had */
export async function benchLatency(): Promise<BenchResult> {
  const firsts: number[] = [];
  for (let i = 1; i < FIRST_EVENTS; i++) firsts.push(await withBenchUser(firstEvent));
  return withBenchUser(async (user) => {
    firsts.push(await firstEvent(user));
    const [otlp, health, metrics, loki, grpc] = await freePorts(5);
    user.atel(
      'up',
      '--otlp-port',
      `${otlp}`,
      '--collector-health-port',
      `${health}`,
      '--collector-metrics-port',
      `${metrics}`,
      '--loki-port',
      `${loki}`,
      '--loki-grpc-port',
      `${grpc}`,
    );
    const times: number[] = [];
    for (let i = 0; i < EVENTS; i++)
      times.push(await untilInLoki(user, `toolu_bench${i}`, `http://127.0.0.1:${loki}`));
    user.atel('down');
    const row = (way: string, all: readonly number[]): readonly string[] => [
      way,
      String(all.length),
      ...[median(all), percentile(all, 0.95), Math.max(...all)].map((millis) => millis.toFixed(0)),
    ];
    const rows = [
      row('first event of a session → journal (forwarder started by it)', firsts),
      row('hook return → visible in Loki', times),
    ];
    return {
      title: 'Latency',
      text: markdownTable(['way', 'events', 'p50 ms', 'p95 ms', 'most'], rows),
      claims: [
        claim('hook return → Loki at p95, ms', percentile(times, 0.95), '<', 2000, 0),
        claim('first event → journal at most, ms', Math.max(...firsts), '<', 1000, 0),
      ],
    };
  });
}

function hook(user: BenchUser, event: string, id: string): number {
  const payload = {
    hook_event_name: event,
    session_id: 'bench',
    cwd: user.project,
    tool_name: 'Bash',
    tool_use_id: id,
    tool_input: { command: 'ls' },
  };
  spawnSync(user.hook, [event, 'settings-project'], {
    env: { CLAUDE_PROJECT_DIR: user.project },
    input: JSON.stringify(payload),
  });
  return performance.now();
}

async function firstEvent(user: BenchUser): Promise<number> {
  const returned = hook(user, 'SessionStart', 'toolu_first');
  await until(
    () =>
      [...readJournal(user.paths.journalDir)].some(
        ({ line, torn }) => !torn && parseRecord(line)?.correlation?.tool_use_id === 'toolu_first',
      ),
    WAIT,
  );
  return performance.now() - returned;
}

async function untilInLoki(user: BenchUser, id: string, loki: string): Promise<number> {
  const returned = hook(user, 'PreToolUse', id);
  const query = new URLSearchParams({
    query: `{service_name="claude-telemetry"} |= "${id}"`,
    since: '10m',
    limit: '1',
  });
  await until(async () => {
    const answer = await fetch(`${loki}/loki/api/v1/query_range?${query.toString()}`);
    return answer.ok && (await answer.text()).includes(id);
  }, WAIT);
  return performance.now() - returned;
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
