import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { processEnv } from '../../src/platform/env.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { checkPart } from '../../src/stack/find.ts';
import { COLLECTOR, LOKI } from '../../src/stack/parts.ts';
import { isPortFree } from '../../src/stack/ports.ts';
import { startTimeOf } from '../../src/platform/processes.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';
import { freePorts, stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const NANOS_PER_HOUR = 3_600_000_000_000n;
const root = mkdtempSync(join(tmpdir(), 'atel-stack-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

interface TestRecord {
  readonly id: string;
  readonly nanos: bigint;
  readonly body: string;
}

/** The request our exporter makes, in OTLP/JSON. */
function logsRequest(records: readonly TestRecord[]): string {
  const resource = {
    attributes: Object.entries({
      'service.name': 'claude-telemetry',
      'service.version': '0.1.0',
      'service.instance.id': 'install-1',
      'deployment.environment.name': 'local',
      'host.name': 'box',
      'agent.id': 'main',
      'agent.group': 'default',
      'session.id': 'session-1',
      'project.name': 'shop',
    }).map(([key, value]) => attribute(key, value)),
  };
  const logRecords = records.map(({ id, nanos, body }) => ({
    timeUnixNano: String(nanos),
    observedTimeUnixNano: String(nanos),
    severityNumber: 9,
    severityText: 'INFO',
    eventName: 'agent_telemetry.pre_tool_use',
    body: { stringValue: body },
    attributes: [
      attribute('event_type', 'file_read'),
      attribute('event.name', 'agent_telemetry.pre_tool_use'),
      attribute('log.record.uid', id),
    ],
  }));
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope: {}, logRecords }] }] });
}

function post(
  { collector }: TestStack,
  records: readonly TestRecord[],
  { to = collector.url, token = collector.token } = {},
): Promise<Response> {
  return fetch(`${to}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: logsRequest(records),
  });
}

const requestSchema = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z.array(
        z.object({ logRecords: z.array(z.object({ body: z.object({ stringValue: z.string() }) })) }),
      ),
    }),
  ),
});

/** Bodies in the backup, in order, rotated files first. */
function backupBodies(dir: string): string[] {
  return readdirSync(dir)
    .toSorted()
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').trimEnd().split('\n'))
    .flatMap((line) => requestSchema.parse(JSON.parse(line)).resourceLogs)
    .flatMap((each) =>
      each.scopeLogs.flatMap((scope) => scope.logRecords.map((record) => record.body.stringValue)),
    );
}

const queryAnswerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        stream: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.string(), z.string()])),
      }),
    ),
  }),
});

async function queryLoki({ loki }: TestStack, since: bigint) {
  const url = new URL('/loki/api/v1/query_range', loki.url);
  const end = BigInt(Date.now() + 60_000) * 1_000_000n;
  for (const [key, value] of Object.entries({
    query: '{service_name="claude-telemetry"}',
    start: String(since),
    end: String(end),
    limit: '5000',
  }))
    url.searchParams.set(key, value);
  const response = await fetch(url);
  if (!response.ok) throw new Error(await response.text());
  return queryAnswerSchema.parse(await response.json()).data.result;
}

/** Polls until Loki has that many distinct lines, and returns the answer that did. */
async function untilLokiHas(stack: TestStack, count: number, since: bigint) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const streams = await queryLoki(stack, since);
    const lines = new Set(streams.flatMap(({ values }) => values.map(([, line]) => line)));
    if (lines.size >= count || Date.now() > deadline) return { streams, lines };
    await sleep(100);
  }
}

const nowNanos = (): bigint => BigInt(Date.now()) * 1_000_000n;

describe.skipIf(!stackParts)('Collector and Loki', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack({ dir: join(root, 'pair') });
  });
  afterAll(async () => stack.stop());

  it('refuse who does not know the token', async () => {
    const refused = await post(stack, [{ id: 'x', nanos: nowNanos(), body: 'forged' }], { token: 'guess' });
    expect(refused.status).toBe(401);
    expect(existsSync(stack.collector.backupDir) ? backupBodies(stack.collector.backupDir) : []).toEqual([]);
    expect(statSync(join(stack.settings.dir, 'token')).mode & 0o777).toBe(0o600);
  });

  it('keep a record byte for byte, in the backup when it is acknowledged and in Loki under six labels', async () => {
    const body = `{"v":"atel/1","odd":"\\u001b <b>&é\u2028","long":"${'x'.repeat(48_000)}"}`;
    const accepted = await post(stack, [{ id: 'one', nanos: nowNanos(), body }]);
    expect(accepted.status).toBe(200);
    expect(await accepted.json()).toEqual({ partialSuccess: {} });
    expect(backupBodies(stack.collector.backupDir)).toEqual([body]);

    const { lines } = await untilLokiHas(stack, 1, nowNanos() - NANOS_PER_HOUR);
    expect([...lines]).toEqual([body]);
    const series = await fetch(`${stack.loki.url}/loki/api/v1/series`);
    expect(await series.json()).toEqual({
      status: 'success',
      data: [
        {
          service_name: 'claude-telemetry',
          service_instance_id: 'install-1',
          deployment_environment_name: 'local',
          agent_group: 'default',
          project_name: 'shop',
          event_type: 'file_read',
        },
      ],
    });
  });

  it('show everything else as structured metadata', async () => {
    const [stream] = await queryLoki(stack, nowNanos() - NANOS_PER_HOUR);
    expect(stream?.stream).toMatchObject({
      session_id: 'session-1',
      agent_id: 'main',
      host_name: 'box',
      event_name: 'agent_telemetry.pre_tool_use',
      log_record_uid: 'one',
      severity_text: 'INFO',
    });
  });

  it('listen on loopback only', () => {
    const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
      existsSync(table) ? readFileSync(table, 'utf8').split('\n') : [],
    );
    for (const port of Object.values(stack.settings.ports)) {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      const addresses = listening
        .map((line) => line.trim().split(/\s+/)[1])
        .filter((local) => local?.endsWith(`:${hex}`));
      if (process.platform === 'linux') expect(new Set(addresses)).toContain(`0100007F:${hex}`);
      expect(addresses.filter((address) => /^0+:/.test(address ?? ''))).toEqual([]);
    }
  });
});

describe.skipIf(!stackParts)('a long outage of Loki', () => {
  it('loses nothing, though the Collector is killed meanwhile, and all is visible when it is over', async () => {
    const stack = await startStack({ dir: join(root, 'outage'), loki: false });
    try {
      const start = nowNanos() - 30n * NANOS_PER_HOUR;
      const batches = Array.from({ length: 30 }, (_, hour) =>
        Array.from({ length: 20 }, (_unused, nr) => ({
          id: `${hour}.${nr}`,
          nanos: start + BigInt(hour) * NANOS_PER_HOUR + BigInt(nr),
          body: `{"hour":${hour},"nr":${nr}}`,
        })),
      );
      for (const [hour, batch] of batches.entries()) {
        expect((await post(stack, batch)).status).toBe(200);
        if (hour === 14) {
          await stack.collector.kill('SIGKILL');
          await stack.collector.restart();
        }
      }
      // A live record comes first, so that all the others are late in a stream that has moved on.
      await stack.collector.kill('SIGKILL');
      await stack.loki.restart();
      const live = { id: 'live', nanos: nowNanos(), body: '{"live":true}' };
      expect((await post(stack, [live], { to: `${stack.loki.url}/otlp` })).status).toBe(204);
      await stack.collector.restart();

      const expected = new Set([...batches.flat(), live].map(({ body }) => body));
      const { lines } = await untilLokiHas(stack, expected.size, start - 1n);
      expect(lines).toEqual(expected);
      expected.delete(live.body);
      expect(new Set(backupBodies(stack.collector.backupDir))).toEqual(expected);
    } finally {
      await stack.stop();
    }
  });
});

describe.skipIf(!stackParts)('the backup file', () => {
  it('is rotated by size and nothing of it is ever removed or cut', async () => {
    const stack = await startStack({ dir: join(root, 'rotation'), collector: false, loki: false });
    const { settings, collector } = stack;
    mkdirSync(join(settings.dir, 'collector'), { mode: 0o700 });
    const config = join(COLLECTOR.home, COLLECTOR.config);
    const env = { ...COLLECTOR.environment(settings), ATEL_BACKUP_MEGABYTES: '1' };
    const open = () =>
      spawn(stackParts?.collector.binary ?? '', COLLECTOR.runArguments(config), { env, stdio: 'ignore' });
    let child = open();
    try {
      // More files than the exporter's default would keep (100), across a restart that would truncate.
      const bodies = Array.from({ length: 230 }, (_, nr) => `${nr} ${'x'.repeat(500_000)}`);
      for (const [nr, body] of bodies.entries()) {
        if (nr === 115) {
          child.kill('SIGKILL');
          await once(child, 'exit');
          child = open();
        }
        while (!(await collector.ready())) await sleep(20);
        expect((await post(stack, [{ id: String(nr), nanos: nowNanos(), body }])).status).toBe(200);
      }
      expect(readdirSync(collector.backupDir).length).toBeGreaterThan(101);
      expect(new Set(backupBodies(collector.backupDir).map((body) => body.split(' ')[0]))).toEqual(
        new Set(bodies.map((body) => body.split(' ')[0])),
      );
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe.skipIf(!stackParts)('the shipped settings', () => {
  it('are accepted by the pinned programs, with retention as well', async () => {
    expect(await checkPart(COLLECTOR, stackParts?.collector.binary ?? '')).toMatchObject({ ok: true });
    expect(await checkPart(LOKI, stackParts?.loki.binary ?? '')).toMatchObject({ ok: true });
    const stack = await startStack({ dir: join(root, 'retention'), collector: false, lokiRetention: '720h' });
    try {
      const config = await (await fetch(`${stack.loki.url}/config`)).text();
      expect(config).toContain('retention_enabled: true');
      expect(config).toContain('retention_period: 30d');
      expect(config).toContain('deletion_mode: disabled');
    } finally {
      await stack.stop();
    }
  });

  it('that a program refuses are an error with its reason and its log', async () => {
    const dir = join(root, 'refused');
    await expect(startStack({ dir, lokiRetention: 'soon' })).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^Loki ended at once: .*soon.*; see .*loki\.log$/),
    });
  });

  it('tell a program of the same name from ours', async () => {
    const impostor = join(root, 'loki');
    writeFileSync(impostor, '#!/bin/sh\necho "LOKI, Version 2.4.7_4, 03-Oct-2023"\n', { mode: 0o755 });
    expect(await checkPart(LOKI, impostor)).toEqual({ ok: false, problem: 'is not Loki' });
    expect(await checkPart(COLLECTOR, '/bin/true')).toMatchObject({ ok: false });
  });

  it('fit into the Collector somebody already has', async () => {
    const base = join(root, 'existing.yaml');
    writeFileSync(
      base,
      [
        'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:1"}}}}',
        'exporters: {otlp_http/central: {endpoint: "http://127.0.0.1:2"}}',
        'service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp_http/central]}}}',
      ].join('\n'),
    );
    const snippet = join(COLLECTOR.home, 'enterprise-snippet.yaml');
    const args = ['validate', `--config=file:${base}`, `--config=file:${snippet}`];
    const child = spawn(stackParts?.collector.binary ?? '', args, {
      env: {},
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [problem, [code]] = await Promise.all([
      child.stderr?.setEncoding('utf8').toArray(),
      once(child, 'exit'),
    ]);
    expect(problem?.join('')).toBe('');
    expect(code).toBe(0);
  });
});

const upSchema = z.object({ forwarder: z.object({ pid: z.int() }) });

const statusSchema = z.object({
  parts: z.array(z.object({ name: z.string(), state: z.string(), pids: z.array(z.int()) })),
  endpoint: z.object({ url: z.string(), from: z.string() }).optional(),
});

describe.skipIf(!stackParts)('atel up, status and down', () => {
  const home = join(root, 'home');
  const cache = resolvePaths(processEnv()).cacheDir;
  const env = { HOME: home, PATH: processEnv()['PATH'], XDG_CACHE_HOME: join(cache, '..') };
  const paths = resolvePaths(env);

  const atel = (...args: string[]): Promise<CliRun> => runCli(args, { env, cwd: home });
  /** `up` starts the forwarder too. */
  const forwarders = new Set<number>();
  async function up(...args: string[]) {
    const result = await atel('up', '--json', ...args);
    if (result.code === 0) forwarders.add(upSchema.parse(JSON.parse(result.out)).forwarder.pid);
    return result;
  }
  const status = async () => statusSchema.parse(JSON.parse((await atel('status', '--json')).out));

  let flags: string[] = [];
  let ports: Awaited<ReturnType<typeof freePorts>>;
  beforeAll(async () => {
    mkdirSync(home);
    ports = await freePorts();
    flags = Object.entries({
      'otlp-port': ports.otlp,
      'collector-health-port': ports.collectorHealth,
      'collector-metrics-port': ports.collectorMetrics,
      'loki-port': ports.loki,
      'loki-grpc-port': ports.lokiGrpc,
    }).flatMap(([name, port]) => [`--${name}`, String(port)]);
  });
  afterAll(async () => {
    await atel('down');
    for (const pid of forwarders) {
      if (startTimeOf(pid) !== undefined) process.kill(pid, 'SIGTERM');
      while (startTimeOf(pid) !== undefined) await sleep(50);
    }
  });

  it('name the holder of a taken port, and start nothing on it', async () => {
    const server = createServer().listen(ports.loki, '127.0.0.1');
    await once(server, 'listening');
    const { code, err } = await up(...flags);
    server.close();
    expect(code).toBe(3);
    expect(err).toContain(`Loki, http: port ${ports.loki} is taken by process ${process.pid}`);
    expect((await status()).parts.map((part) => part.pids)).toEqual([[], []]);
  });

  it('start both once, keep them on the second call, and point the forwarder at them', async () => {
    const first = await up(...flags);
    expect(first.err).not.toContain('atel: ');
    expect(first.code).toBe(0);
    const before = await status();
    expect(before.parts.map((part) => part.state)).toEqual(['ready', 'ready']);
    expect(before.endpoint).toEqual({ url: `http://127.0.0.1:${ports.otlp}`, from: 'atel up' });
    expect(statSync(paths.configFile).mode & 0o777).toBe(0o600);

    const second = await up();
    expect(second.out).toContain('ran already');
    expect((await status()).parts).toEqual(before.parts);
  });

  it('start anew only what was given another port', async () => {
    const before = await status();
    const [other] = Object.values(await freePorts());
    await up('--collector-metrics-port', String(other));
    const after = await status();
    expect(after.parts[0]).toEqual(before.parts[0]);
    expect(after.parts[1]?.state).toBe('ready');
    expect(after.parts[1]?.pids).not.toEqual(before.parts[1]?.pids);
  });

  it('tell of a part that died', async () => {
    const pid = (await status()).parts[1]?.pids[0] ?? 0;
    process.kill(pid, 'SIGKILL');
    while (startTimeOf(pid) !== undefined) await sleep(20);
    const { code, err, out } = await atel('status');
    expect(out).toContain('OpenTelemetry Collector died');
    expect(err).toContain('OpenTelemetry Collector: has ended; see ');
    expect(code).toBe(4);
    expect((await up()).code).toBe(0);
  });

  it('stop everything, what has lost its pid file too', async () => {
    const pids = (await status()).parts.flatMap((part) => part.pids);
    rmSync(join(paths.stackDir, 'loki.pid'));
    const { code } = await atel('down');
    expect(code).toBe(0);
    expect(pids.map(startTimeOf)).toEqual(pids.map(() => undefined));
    expect(await isPortFree(ports.loki)).toBe(true);
    expect(await isPortFree(ports.otlp)).toBe(true);
    expect((await status()).parts.map((part) => part.state)).toEqual(['stopped', 'stopped']);
  });
});
