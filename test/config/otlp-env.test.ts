import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { copyOtlpEnv } from '../../src/config/otlp-env.ts';

const BASE = 'OTEL_EXPORTER_OTLP_';

describe('OTEL_EXPORTER_OTLP_* of the environment', () => {
  let home: string;
  let configFile: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'atel-'));
    configFile = join(home, 'config.yaml');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const copy = (env: Record<string, string>, dryRun = false): readonly string[] => {
    const prefixed = Object.fromEntries(Object.entries(env).map(([name, value]) => [BASE + name, value]));
    return copyOtlpEnv(prefixed, { configFile, by: 'init', cwd: '/work', dryRun });
  };
  const exported = () => loadConfig(configFile).export;

  it('becomes configuration, file names absolute, header values decoded', () => {
    copy({
      ENDPOINT: 'https://otel.example.com:4318',
      HEADERS: 'authorization=Bearer%20a%2Cb, x-tenant = team=1 ,',
      CERTIFICATE: 'ca.pem',
      CLIENT_KEY: '/keys/client.key',
      CLIENT_CERTIFICATE: '../client.pem',
    });
    expect(exported()).toMatchObject({
      endpoint: 'https://otel.example.com:4318',
      headers: { authorization: 'Bearer a,b', 'x-tenant': 'team=1' },
      ca_file: '/work/ca.pem',
      client_key_file: '/keys/client.key',
      client_certificate_file: '/client.pem',
      from: 'init: OTEL_EXPORTER_OTLP_ENDPOINT',
    });
  });

  it('prefers what is said for logs', () => {
    const used = copy({
      ENDPOINT: 'https://a.example.com',
      LOGS_ENDPOINT: 'https://b.example.com/v1/logs',
      HEADERS: 'a=1,b=1',
      LOGS_HEADERS: 'b=2',
      CERTIFICATE: '/a.pem',
      LOGS_CERTIFICATE: '/b.pem',
    });
    expect(exported()).toMatchObject({
      endpoint: 'https://a.example.com',
      logs_endpoint: 'https://b.example.com/v1/logs',
      headers: { a: '1', b: '2' },
      ca_file: '/b.pem',
      from: 'init: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    });
    expect(used).not.toContain('OTEL_EXPORTER_OTLP_CERTIFICATE');
  });

  it('keeps comments and other keys, and writes only what is news', () => {
    writeFileSync(configFile, '# mine\ncapture_level: metadata\nexport:\n  compression: none # slow host\n');
    expect(copy({ ENDPOINT: 'https://a.example.com' })).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT']);
    const text = readFileSync(configFile, 'utf8');
    for (const kept of ['# mine', 'capture_level: metadata', 'compression: none # slow host'])
      expect(text).toContain(kept);
    expect(copy({ ENDPOINT: 'https://a.example.com' })).toEqual([]);
    expect(readFileSync(configFile, 'utf8')).toBe(text);
  });

  it('never leaves the credentials of an earlier endpoint with a new one', () => {
    copy({ ENDPOINT: 'https://a.example.com', HEADERS: 'authorization=a', CLIENT_KEY: '/a.key' });
    copy({ ENDPOINT: 'https://b.example.com' });
    expect(exported()).toMatchObject({ endpoint: 'https://b.example.com', headers: {} });
    expect(exported().client_key_file).toBeUndefined();
  });

  it('adds headers to a configured endpoint where it names none', () => {
    copy({ ENDPOINT: 'https://a.example.com' });
    copy({ HEADERS: 'authorization=a' });
    expect(exported()).toMatchObject({ endpoint: 'https://a.example.com', headers: { authorization: 'a' } });
  });

  it('says nothing when empty, and writes nothing in a dry run', () => {
    expect(copy({ ENDPOINT: '', HEADERS: '' })).toEqual([]);
    expect(copy({ ENDPOINT: 'https://a.example.com' }, true)).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT']);
    expect(() => readFileSync(configFile)).toThrow('ENOENT');
  });

  it.each([
    [{ HEADERS: 'authorization' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ LOGS_HEADERS: 'a=%zz' }, 'OTEL_EXPORTER_OTLP_LOGS_HEADERS'],
    [{ ENDPOINT: 'localhost:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('names the variable that cannot be used: %j', (env, where) => {
    expect(() => copy(env)).toThrow(expect.objectContaining({ kind: 'input', where }));
  });
});
