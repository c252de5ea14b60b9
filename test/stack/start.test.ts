import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { formatPidFile, startTimeOf } from '../../src/platform/processes.ts';
import { instanceFiles, instancePids, readPidFile, writePidFile } from '../../src/stack/instance.ts';
import { LOKI, type Part } from '../../src/stack/parts.ts';
import { createProgress } from '../../src/stack/progress.ts';
import type { StackSettings } from '../../src/stack/settings.ts';
import { startPart } from '../../src/stack/start.ts';
import { readStatus } from '../../src/stack/status.ts';
import { stopPart } from '../../src/stack/stop.ts';

const progress = createProgress({ write: () => true });
const found = { binary: process.execPath, version: '3.7.8', from: 'PATH' } as const;

let root: string;
let settings: StackSettings;
let part: Part;
const servers: Server[] = [];

/** Listens like a Loki, and leaves in its directory what environment it got. */
const LISTENS = `
require('node:fs').writeFileSync('environment.json', JSON.stringify(process.env));
require('node:http').createServer((_, response) => response.end('ready')).listen(process.env.PORT, '127.0.0.1');`;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'atel-'));
  const [loki, lokiGrpc, otlp, collectorHealth, collectorMetrics] = await freePorts();
  settings = {
    dir: join(root, 'stack'),
    lokiRetention: '0',
    ports: { loki, lokiGrpc, otlp, collectorHealth, collectorMetrics },
  };
  part = programAsLoki(LISTENS);
});
afterEach(async () => {
  await stopPart(part, settings.dir, progress);
  for (const server of servers.splice(0)) server.close();
  rmSync(root, { recursive: true, force: true });
});

/** A part that runs this program where Loki runs Loki. */
function programAsLoki(program: string): Part {
  const home = join(root, 'loki');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, LOKI.config), 'settings: 1\n');
  writeFileSync(join(home, 'program.cjs'), program);
  return {
    ...LOKI,
    home,
    runArguments: (file) => [join(home, 'program.cjs'), LOKI.configArgument(file)],
    environment: ({ ports }) => ({ PORT: String(ports.loki) }),
  };
}

async function listen(answer: string, port = 0): Promise<number> {
  const server = createServer((_, response) => response.end(answer)).listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return portOf(server.address());
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address ? address.port : 0;
}

async function freePorts(): Promise<[number, number, number, number, number]> {
  const ports: [number, number, number, number, number] = [
    await listen(''),
    await listen(''),
    await listen(''),
    await listen(''),
    await listen(''),
  ];
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

const start = (env = {}, program: { binary: string; version: string; from: 'PATH' } = found) =>
  startPart(part, program, settings, { progress, env });

describe('a part that is started', () => {
  it('is private, knows nothing of our environment but HOME, TMPDIR and TZ, and is written down', async () => {
    const { dir, logFile, pidFile } = instanceFiles(part, settings.dir);
    const { pid, how } = await start({ HOME: '/home/x', TZ: 'UTC', NODE_OPTIONS: '--no-such', SECRET: 'x' });
    expect(how).toBe('started');
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });
    expect(Number(group)).toBe(pid);
    const environment: unknown = JSON.parse(readFileSync(join(dir, 'environment.json'), 'utf8'));
    expect(environment).toEqual({ HOME: '/home/x', TZ: 'UTC', PORT: String(settings.ports.loki) });
    for (const file of [join(dir, 'environment.json'), logFile, pidFile])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(readPidFile(pidFile)).toMatchObject({
      pid,
      start_time: startTimeOf(pid),
      binary: found.binary,
      version: '3.7.8',
      ports: { http: settings.ports.loki, grpc: settings.ports.lokiGrpc },
    });
    expect(readFileSync(logFile, 'utf8')).toMatch(/^--- atel: start .*\n--- atel: ready\n$/);
  });

  it('is left alone when it runs, and started anew when program or settings are others', async () => {
    const first = await start();
    expect(await start()).toEqual({ pid: first.pid, how: 'ran already' });
    const newer = { ...found, version: '3.7.9' };
    const changes: readonly (() => void)[] = [
      () => {},
      () => writeFileSync(join(part.home, part.config), 'settings: 2\n'),
      () => (part = { ...part, environment: ({ ports }) => ({ PORT: String(ports.loki), MORE: '1' }) }),
    ];
    let before = first.pid;
    for (const change of changes) {
      change();
      const { pid, how } = await start({}, newer);
      expect(how).toBe('restarted');
      expect(instancePids(part, settings.dir)).toEqual([pid]);
      expect(pid).not.toBe(before);
      before = pid;
    }
  });

  it('is started again when it has died, though its pid is somebody else’s now', async () => {
    const first = await start();
    process.kill(first.pid, 'SIGKILL');
    const { pidFile } = instanceFiles(part, settings.dir);
    const written = readPidFile(pidFile) ?? expect.fail('there is no pid file');
    writePidFile(pidFile, { ...written, pid: process.pid });
    while (startTimeOf(first.pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await start()).how).toBe('started');
  });

  it('puts aside a log that has grown large', async () => {
    const { logFile } = instanceFiles(part, settings.dir);
    mkdirSync(settings.dir, { mode: 0o700 });
    writeFileSync(logFile, '');
    truncateSync(logFile, 16 * 1024 * 1024 + 1);
    await start();
    expect(statSync(`${logFile}.1`).size).toBe(16 * 1024 * 1024 + 1);
    expect(statSync(logFile).size).toBeLessThan(1000);
  });
});

describe('a part that cannot be started', () => {
  it('is not started where its port is taken', async () => {
    await listen('somebody else', settings.ports.lokiGrpc);
    await expect(start()).rejects.toThrow(`Loki, grpc: port ${settings.ports.lokiGrpc} is taken by process`);
    expect(existsSync(instanceFiles(part, settings.dir).pidFile)).toBe(false);
  });

  it.each([
    [
      'exits',
      `console.error('Error: no such key'); console.error('bye'); process.exit(1)`,
      ': Error: no such key',
    ],
    ['says no error', `console.error('bye'); process.exit(0)`, ': bye'],
    ['is silent', 'process.exit(1)', ''],
    ['is killed', `console.error('bye'); process.kill(process.pid, 'SIGKILL')`, ': bye'],
  ])('since it %s tells its last words and where its log is', async (_, program, words) => {
    part = programAsLoki(program);
    const { logFile } = instanceFiles(part, settings.dir);
    await expect(start()).rejects.toMatchObject({
      kind: 'unreachable',
      message: `Loki ended at once${words}; see ${logFile}`,
    });
  });

  it('since its program is gone says which', async () => {
    const gone = { ...found, binary: join(root, 'gone') };
    await expect(start({}, gone)).rejects.toThrow(`${gone.binary}: Loki does not start`);
  });
});

describe('a part that is stopped', () => {
  it('is not called stopped while somebody holds its port', async () => {
    const { pid } = await start();
    const { pidFile } = instanceFiles(part, settings.dir);
    const written = readPidFile(pidFile) ?? expect.fail('there is no pid file');
    const held = await listen('left behind');
    writePidFile(pidFile, { ...written, ports: { http: held } });
    await expect(stopPart(part, settings.dir, progress)).rejects.toMatchObject({
      kind: 'incomplete',
      message: expect.stringMatching(
        new RegExp(`^Loki: has ended, but process ${process.pid} .* holds port ${held}$`),
      ),
    });
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('leaves no pid file, and its data', async () => {
    await start();
    await stopPart(part, settings.dir, progress);
    const { dir, pidFile } = instanceFiles(part, settings.dir);
    expect(existsSync(pidFile)).toBe(false);
    expect(existsSync(join(dir, 'environment.json'))).toBe(true);
  });
});

describe('the status of what was started', () => {
  const status = async () => {
    const parsed = parseConfig({
      export: { endpoint: 'http://a.example', logs_endpoint: 'http://b.example' },
    });
    if (!parsed.ok) throw new Error(parsed.problem);
    const paths = resolvePaths({ HOME: root, XDG_RUNTIME_DIR: join(root, 'run') });
    return { paths, status: await readStatus({ paths, settings, export: parsed.config.export }) };
  };

  it('is ready while it answers with 200, not ready with anything else, and died when it has ended', async () => {
    part = programAsLoki(
      `require('node:http').createServer((_, response) => {
         response.statusCode = require('node:fs').existsSync('sick') ? 503 : 200;
         response.end();
       }).listen(process.env.PORT, '127.0.0.1');`,
    );
    const { pid } = await start();
    const { dir, logFile } = instanceFiles(part, settings.dir);
    const loki = async () => (await status()).status.parts[0];
    const known = {
      pids: [pid],
      version: '3.7.8',
      binary: found.binary,
      ports: { http: settings.ports.loki },
    };
    expect(await loki()).toMatchObject({ state: 'ready', ...known });
    writeFileSync(join(dir, 'sick'), '');
    expect(await loki()).toMatchObject({ state: 'not ready', ...known });
    writeFileSync(logFile, 'level=error msg="disk full"\n');
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => (await loki())?.state).toBe('died');
    expect(await loki()).toMatchObject({ pids: [], last_error: 'level=error msg="disk full"' });
    await stopPart(part, settings.dir, progress);
    expect(await loki()).not.toHaveProperty('last_error');
  });

  it('adds up what the Collector says of its queue, and every mark of loss', async () => {
    await listen(
      [
        'otelcol_exporter_queue_size{exporter="a"} 5',
        'otelcol_exporter_queue_size{exporter="b"} 7',
        'otelcol_exporter_queue_capacity{exporter="a"} 100',
        'otelcol_exporter_send_failed_log_records_total{exporter="a"} 3',
        '',
      ].join('\n'),
      settings.ports.collectorMetrics,
    );
    const { paths } = await status();
    for (const dir of [paths.quarantineDir, paths.lostDir, paths.fallbackLostDir]) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'x'), '');
    }
    writeFileSync(paths.pidFile, formatPidFile(process.pid));
    expect((await status()).status).toMatchObject({
      queue: { bytes: 12, capacity_bytes: 100, refused_records: 3 },
      endpoint: { url: 'http://b.example', from: paths.configFile },
      forwarder: { state: 'running', pid: process.pid },
      spool: { waiting: 0, quarantined: 1, lost: 2 },
    });
  });
});
