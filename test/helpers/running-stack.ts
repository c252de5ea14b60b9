/** Real Collector and Loki: own directory, own ports, started and stopped as `atel up` and `down` do. */
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FoundPart } from '../../src/stack/find.ts';
import { COLLECTOR, LOKI, type Part } from '../../src/stack/parts.ts';
import { startTimeOf } from '../../src/platform/processes.ts';
import { createProgress } from '../../src/stack/progress.ts';
import {
  backupDirOf,
  lokiUrlOf,
  otlpUrlOf,
  type StackPorts,
  type StackSettings,
} from '../../src/stack/settings.ts';
import { answers } from '../../src/stack/ready.ts';
import { startPart } from '../../src/stack/start.ts';
import { stopPart } from '../../src/stack/stop.ts';
import { ensureToken } from '../../src/stack/token.ts';

/** The programs, found or built. */
export interface StackParts {
  readonly collector: FoundPart;
  readonly loki: FoundPart;
}

interface RunningPart {
  readonly url: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  /** Sends the signal and waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it on the same data and ports; does nothing when it runs. */
  restart(): Promise<void>;
  /** Whether it answers its health address. */
  ready(): Promise<boolean>;
}

export interface TestStack {
  readonly settings: StackSettings;
  readonly collector: RunningPart & { readonly token: string; readonly backupDir: string };
  readonly loki: RunningPart;
  /** Stops what runs; the data stays. */
  stop(): Promise<void>;
}

export interface TestStackOptions {
  /** Made when it is not there. */
  readonly dir: string;
  /** False: not started yet; `restart()` does. */
  readonly collector?: boolean;
  readonly loki?: boolean;
  /** As `stack.loki_retention`; default `0`, for ever. */
  readonly lokiRetention?: string;
}

/** Different ports that are free now. */
export async function freePorts(): Promise<StackPorts> {
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const [otlp = 0, collectorHealth = 0, collectorMetrics = 0, loki = 0, lokiGrpc = 0] = servers.map(
    (server) => {
      const address = server.address();
      return typeof address === 'object' && address ? address.port : 0;
    },
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return { otlp, collectorHealth, collectorMetrics, loki, lokiGrpc };
}

/** Starts both, or what is asked for. */
export async function startParts(parts: StackParts, options: TestStackOptions): Promise<TestStack> {
  mkdirSync(options.dir, { recursive: true, mode: 0o700 });
  const settings: StackSettings = {
    dir: options.dir,
    ports: await freePorts(),
    lokiRetention: options.lokiRetention ?? '0',
  };
  const token = ensureToken(settings.dir);
  const { ports } = settings;
  const loki = control(LOKI, parts.loki, settings, lokiUrlOf(ports));
  const collector = control(COLLECTOR, parts.collector, settings, otlpUrlOf(ports));
  if (options.loki ?? true) await loki.restart();
  if (options.collector ?? true) await collector.restart();
  return {
    settings,
    loki,
    collector: Object.assign(collector, { token, backupDir: backupDirOf(settings.dir) }),
    async stop() {
      await stopPart(COLLECTOR, settings.dir, quiet);
      await stopPart(LOKI, settings.dir, quiet);
    },
  };
}

const quiet = createProgress({ write: () => true });

function control(part: Part, found: FoundPart, settings: StackSettings, url: string): RunningPart {
  let pid = 0;
  return {
    url,
    get pid() {
      return pid;
    },
    async kill(signal) {
      const startTime = startTimeOf(pid);
      if (startTime === undefined) return;
      process.kill(pid, signal);
      while (startTimeOf(pid) === startTime) await sleep(20);
    },
    async restart() {
      ({ pid } = await startPart(part, found, settings, { progress: quiet, env: {} }));
    },
    ready: () => answers(part.readyUrl(settings.ports)),
  };
}
