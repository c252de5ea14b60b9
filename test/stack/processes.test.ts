import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../src/platform/processes.ts';
import { instanceFiles, instancePids, lastError, LOG_MARK, writePidFile } from '../../src/stack/instance.ts';
import { LOKI } from '../../src/stack/parts.ts';
import { describeHolder, isPortFree, portHolder, requireFreePort } from '../../src/stack/ports.ts';
import { createProgress } from '../../src/stack/progress.ts';
import { stopPart } from '../../src/stack/stop.ts';

const root = mkdtempSync(join(tmpdir(), 'atel-'));
const quiet = createProgress({ write: () => true });
const children: ReturnType<typeof spawn>[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

/** A process whose command line is that of a Loki of this stack. */
async function startLookalike(
  stackDir: string,
  script: string,
  { more = '', uid = process.getuid?.() ?? 0 } = {},
) {
  const { configFile } = instanceFiles(LOKI, stackDir);
  const program = `${script}; process.stdout.write('up'); setInterval(() => {}, 1000)`;
  const args = ['-e', program, '--', LOKI.configArgument(configFile) + more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], uid });
  children.push(child);
  await once(child.stdout, 'data');
  return { pid: child.pid ?? 0, exit: once(child, 'exit') };
}

describe('the processes of a part', () => {
  it('are found by their command line, without a pid file, and those of another stack are not', async () => {
    const mine = await startLookalike(join(root, 'one'), '');
    const other = await startLookalike(join(root, 'one-more'), '');
    expect(instancePids(LOKI, join(root, 'one'))).toEqual([mine.pid]);
    expect(instancePids(LOKI, join(root, 'one-more'))).toEqual([other.pid]);
    expect(instancePids(LOKI, join(root, 'none'))).toEqual([]);
  });

  it('are those that the pid file knows, whatever their command line says, if they still are the same', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    children.push(child);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const { pidFile } = instanceFiles(LOKI, root);
    const start_time = startTimeOf(pid) ?? 'ended';
    writePidFile(pidFile, { pid, start_time, binary: '/x', version: '1', fingerprint: '', ports: {} });
    expect(instancePids(LOKI, root)).toEqual([pid]);
    writeFileSync(pidFile, readFileSync(pidFile, 'utf8').slice(0, -5));
    expect(instancePids(LOKI, root)).toEqual([]);
  });

  it('are none that only read a file with a longer name', async () => {
    await startLookalike(join(root, 'one'), '', { more: '.bak' });
    expect(instancePids(LOKI, join(root, 'one'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)('are not those of another user', async () => {
    await startLookalike(join(root, 'one'), '', { uid: 65_534 });
    expect(instancePids(LOKI, join(root, 'one'))).toEqual([]);
  });

  it('are stopped politely, an orphan too, and nobody else is', async () => {
    const mine = await startLookalike(join(root, 'one'), '');
    const other = await startLookalike(join(root, 'two'), '');
    const stopped = await stopPart(LOKI, join(root, 'one'), quiet);
    expect(stopped).toEqual({ pids: [mine.pid], forced: [] });
    expect(await mine.exit).toEqual([null, 'SIGTERM']);
    expect(startTimeOf(other.pid)).toBeDefined();
  });

  it('are killed when they do not listen', { timeout: 30_000 }, async () => {
    const { pid, exit } = await startLookalike(join(root, 'deaf'), "process.on('SIGTERM', () => {})");
    const stopped = await stopPart(LOKI, join(root, 'deaf'), quiet);
    expect(stopped).toEqual({ pids: [pid], forced: [pid] });
    expect(await exit).toEqual([null, 'SIGKILL']);
  });

  it('are not taken for one that has their old pid', async () => {
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    children.push(bystander);
    await once(bystander, 'spawn');
    const pid = bystander.pid ?? 0;
    const [ticks = ''] = startTimeOf(pid)?.split(' ') ?? [];
    for (const start of ['long ago', '1', `${ticks} 00000000-0000-4000-8000-000000000000`]) {
      writePidFile(instanceFiles(LOKI, root).pidFile, {
        pid,
        start_time: start,
        binary: '/x',
        version: '1',
        fingerprint: '',
        ports: {},
      });
      expect(await stopPart(LOKI, root, quiet)).toEqual({ pids: [], forced: [] });
      expect(startTimeOf(pid)).toBeDefined();
    }
  });
});

describe('a port', () => {
  it('that is taken has a holder with a pid and a command', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      expect(await isPortFree(port)).toBe(false);
      expect(portHolder(port)?.pid).toBe(process.pid);
      await expect(requireFreePort(port, 'Loki, http')).rejects.toMatchObject({
        kind: 'input',
        message: expect.stringMatching(
          new RegExp(`^Loki, http: port ${port} is taken by process ${process.pid} \\(.+\\); `),
        ),
      });
    } finally {
      server.close();
    }
    await once(server, 'close');
    expect(await isPortFree(port)).toBe(true);
    expect(portHolder(port)).toBeUndefined();
  });

  it('with a low number has a holder too', async () => {
    const server = createServer();
    for (let port = 2000; !server.listening; port++)
      if (await isPortFree(port)) await once(server.listen(port, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(port).toBeLessThan(4096);
    expect(portHolder(port)?.pid).toBe(process.pid);
    server.close();
  });

  it('that HTTP clients do not speak to is refused, since nobody could tell whether the part is ready', async () => {
    await expect(requireFreePort(6000, 'Loki, http')).rejects.toThrow(
      'Loki, http: port 6000 is one that HTTP clients do not speak to; choose another port (see `atel up --help`)',
    );
  });

  it('held by somebody else is told by that user', () => {
    expect(describeHolder({ uid: 0 })).toBe('a process of uid 0');
    expect(describeHolder(undefined)).toBe('another program');
  });
});

describe('the last error of a log', () => {
  const log = join(root, 'loki.log');
  it('is the newest since the part got ready, on one line that is safe to print', () => {
    const escape = '\u001b[31m';
    writeFileSync(
      log,
      [
        'level=error msg="of the run before"',
        `${LOG_MARK}ready`,
        'level=error msg=first',
        `level=error msg=${escape}second`,
        'level=info msg="error=no"',
        '',
      ].join('\n'),
    );
    expect(lastError(log)).toBe('level=error msg= [31msecond');
  });

  it('is none when there was none since, or there is no log', () => {
    writeFileSync(log, `level=error msg=old\n${LOG_MARK}ready\nlevel=info msg=fine\n`);
    expect(lastError(log)).toBeUndefined();
    expect(lastError(join(root, 'none.log'))).toBeUndefined();
  });

  it('is found in the format of the Collector too', () => {
    const line = '2026-11-22T20:51:11.747Z\terror\tqueue.go:1\tExporting failed. Dropping data.';
    writeFileSync(log, `${LOG_MARK}ready\n${line}\n`);
    expect(lastError(log)).toBe(line.replaceAll('\t', ' '));
  });
});
