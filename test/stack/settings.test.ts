import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadConfig, updateConfigFile } from '../../src/config/load.ts';
import { parseConfig } from '../../src/config/schema.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { pointExportAt } from '../../src/stack/endpoint.ts';
import { otherUsers } from '../../src/stack/other-users.ts';
import { COLLECTOR, LOKI, PARTS } from '../../src/stack/parts.ts';
import { stackSettings } from '../../src/stack/settings.ts';
import { readStatus } from '../../src/stack/status.ts';
import { ensureToken } from '../../src/stack/token.ts';

const root = mkdtempSync(join(tmpdir(), 'atel-'));
const configFile = join(root, 'config/config.yaml');
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

const repository = fileURLToPath(new URL('../../', import.meta.url));
const URL_HERE = 'http://127.0.0.1:4318';

describe('the endpoint of the forwarder', () => {
  it('is set to this Collector with its token, once', () => {
    expect(pointExportAt(configFile, URL_HERE, 'abc')).toEqual({ kind: 'written', url: URL_HERE });
    expect(loadConfig(configFile).export).toMatchObject({
      endpoint: URL_HERE,
      headers: { authorization: 'Bearer abc' },
      from: 'atel up',
    });
    expect(statSync(configFile).mode & 0o777).toBe(0o600);
    expect(pointExportAt(configFile, URL_HERE, 'abc')).toEqual({ kind: 'unchanged', url: URL_HERE });
  });

  it('follows port and token when we wrote it', () => {
    pointExportAt(configFile, URL_HERE, 'abc');
    const moved = 'http://127.0.0.1:5000';
    expect(pointExportAt(configFile, moved, 'def')).toEqual({ kind: 'written', url: moved });
    expect(loadConfig(configFile).export.headers).toEqual({ authorization: 'Bearer def' });
  });

  it('gets the token when that is new, or when the user has named this Collector without it', () => {
    pointExportAt(configFile, URL_HERE, 'abc');
    expect(pointExportAt(configFile, URL_HERE, 'def').kind).toBe('written');
    expect(loadConfig(configFile).export.headers).toEqual({ authorization: 'Bearer def' });
    rmSync(configFile);
    updateConfigFile(configFile, [[['export', 'endpoint'], URL_HERE]]);
    expect(pointExportAt(configFile, URL_HERE, 'abc').kind).toBe('written');
    expect(loadConfig(configFile).export.headers).toEqual({ authorization: 'Bearer abc' });
  });

  it('stays when it is the user’s own, whichever of the two keys it stands in', () => {
    for (const key of ['endpoint', 'logs_endpoint']) {
      rmSync(configFile, { force: true });
      updateConfigFile(configFile, [[['export', key], 'https://otel.example.com/x']]);
      const before = readFileSync(configFile, 'utf8');
      expect(pointExportAt(configFile, URL_HERE, 'abc')).toEqual({
        kind: 'kept',
        url: 'https://otel.example.com/x',
        from: undefined,
      });
      expect(readFileSync(configFile, 'utf8')).toBe(before);
    }
  });
});

describe('the token', () => {
  it('is made once and stays private', () => {
    const token = ensureToken(join(root, 'stack'));
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const file = join(root, 'stack/token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    expect(ensureToken(join(root, 'stack'))).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('other users', () => {
  it('are people with a shell, not services and not oneself', () => {
    const passwd = [
      'root:x:0:0:root:/root:/bin/bash',
      'daemon:x:1:1::/usr/sbin:/usr/sbin/nologin',
      'nobody:x:65534:65534::/:/bin/sh',
      'me:x:1000:1000::/home/me:/bin/zsh',
      'ann:x:1001:1001::/home/ann:/bin/bash',
      'backup:x:1002:1002::/var:/usr/sbin/nologin',
      'none:x:1003:1003::/home/none:/bin/false',
      'sync:x:1004:1004::/bin:/bin/sync',
      'eve:x:1005:1005::/home/eve:',
      '',
    ].join('\n');
    expect(otherUsers(passwd, 1000)).toEqual(['ann', 'eve']);
    expect(otherUsers(passwd, 0)).toEqual(['me', 'ann', 'eve']);
    expect(otherUsers('', 0)).toEqual([]);
  });
});

describe('the status', () => {
  it('of a machine where nothing was ever started is a whole document', async () => {
    const paths = resolvePaths({ HOME: root });
    const parsed = parseConfig({ stack: { loki_port: 1, otlp_port: 1, collector_metrics_port: 1 } });
    if (!parsed.ok) throw new Error(parsed.problem);
    const settings = stackSettings(paths.stackDir, parsed.config.stack);
    const status = await readStatus({ paths, settings, export: parsed.config.export });
    expect(status).toMatchObject({
      parts: [
        { name: 'loki', state: 'stopped', pids: [], ports: { http: 1, grpc: 9095 } },
        { name: 'collector', state: 'stopped', pids: [], ports: { otlp: 1, health: 13133, metrics: 1 } },
      ],
      forwarder: { state: 'not running' },
      spool: { waiting: 0, quarantined: 0, lost: 0 },
      journal: { files: 0, bytes: 0 },
    });
    expect(status).not.toHaveProperty('queue');
    expect(status).not.toHaveProperty('endpoint');
    expect(existsSync(paths.dataDir)).toBe(false);
  });

  it('counts what waits and names who set the endpoint', async () => {
    const paths = resolvePaths({ HOME: root });
    mkdirSync(paths.queueDir, { recursive: true });
    mkdirSync(paths.journalDir, { recursive: true });
    writeFileSync(join(paths.queueDir, 'a'), 'x');
    writeFileSync(join(paths.journalDir, 'j'), '12345');
    writeFileSync(paths.pidFile, '999999999\nlong ago\n');
    const parsed = parseConfig({ export: { endpoint: 'https://otel.example.com', from: 'init: X' } });
    if (!parsed.ok) throw new Error(parsed.problem);
    const settings = stackSettings(paths.stackDir, parsed.config.stack);
    expect(await readStatus({ paths, settings, export: parsed.config.export })).toMatchObject({
      endpoint: { url: 'https://otel.example.com', from: 'init: X' },
      forwarder: { state: 'not running' },
      spool: { waiting: 1 },
      journal: { files: 1, bytes: 5 },
    });
  });
});

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      environment: z.record(z.string(), z.string()),
      ports: z.array(z.string()),
      volumes: z.array(z.string()),
    }),
  ),
});

describe('compose.yaml', () => {
  const text = readFileSync(join(repository, 'compose.yaml'), 'utf8');
  const { services } = composeSchema.parse(parse(text));

  it('runs the versions that are pinned for building', () => {
    const builder = readFileSync(join(COLLECTOR.home, 'builder.yaml'), 'utf8');
    const goMod = readFileSync(join(LOKI.home, 'go.mod'), 'utf8');
    const version = (name: string): string => services[name]?.image.split(':')[1] ?? 'none';
    expect(builder).toContain(`otlpreceiver v${version('collector')}\n`);
    expect(goMod.split(/\s+/).join(' ')).toContain(` github.com/grafana/loki/v3 v${version('loki')} `);
  });

  it('mounts files that exist, and publishes on loopback only', () => {
    for (const { ports, volumes } of Object.values(services)) {
      for (const volume of volumes.filter((each) => each.startsWith('./')))
        expect(existsSync(join(repository, volume.split(':')[0] ?? '')), volume).toBe(true);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('sets every variable of the settings files that has no default', () => {
    for (const part of PARTS) {
      const settings = readFileSync(join(part.home, part.config), 'utf8').replaceAll(/#.*$/gm, '');
      const needed = [...settings.matchAll(/\$\{(?:env:)?(ATEL_\w+)\}/g)].map((match) => match[1] ?? '');
      expect(needed.length).toBeGreaterThan(0);
      expect(Object.keys(services[part.name]?.environment ?? {})).toEqual(expect.arrayContaining(needed));
    }
  });
});

describe('the environment of a part', () => {
  it('names only variables that its settings file reads', () => {
    const parsed = parseConfig({});
    if (!parsed.ok) throw new Error(parsed.problem);
    for (const part of PARTS) {
      const settings = readFileSync(join(part.home, part.config), 'utf8');
      for (const name of Object.keys(part.environment(stackSettings('/x', parsed.config.stack))))
        expect(settings).toMatch(new RegExp(`\\$\\{(env:)?${name}[:}]`));
    }
  });
});
