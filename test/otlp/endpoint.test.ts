import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logsUrl, senderOptions } from '../../src/otlp/endpoint.ts';
import { exportSettings } from './samples.ts';

describe('logsUrl', () => {
  it.each([
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/logs'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/logs'],
    ['https://otel.example.com/otlp?team=a', 'https://otel.example.com/otlp/v1/logs?team=a'],
  ])('appends the path to the base %s', (endpoint, expected) => {
    expect(logsUrl({ endpoint, logs_endpoint: undefined })?.href).toBe(expected);
  });

  it('takes the address for logs as it is, and prefers it', () => {
    const settings = { endpoint: 'http://a.example', logs_endpoint: 'http://b.example/ingest' };
    expect(logsUrl(settings)?.href).toBe('http://b.example/ingest');
  });

  it('is undefined when no address is configured', () => {
    expect(logsUrl(exportSettings({}))).toBeUndefined();
  });

  it.each([
    'http://user:hunter2@collector:4318',
    'http://:hunter2@collector:4318',
    'https://hunter2@collector',
    'file:///etc/hunter2',
    'ftp://hunter2.example',
    'hunter2',
    'http://169.254.169.254/hunter2',
    'http://0xA9FEA9FE/hunter2',
    'http://[fd00:ec2::254]/hunter2',
  ])('refuses %s without repeating it', (endpoint) => {
    const refuse = () => logsUrl({ endpoint, logs_endpoint: undefined });
    expect(refuse).toThrow(/^export\.endpoint: /);
    expect(refuse).not.toThrow(/hunter2/);
  });
});

describe('senderOptions', () => {
  const url = new URL('https://collector.example');

  it('refuses a header that would start a header of its own, naming only its key', () => {
    const headers = { Authorization: 'hunter2\r\nX-Forged: 1' };
    expect(() => senderOptions(url, exportSettings({ headers }))).toThrow(
      /^export\.headers\.Authorization: has a char/,
    );
  });

  it('refuses a name that is no header', () => {
    expect(() => senderOptions(url, exportSettings({ headers: { 'a b': 'x' } }))).toThrow(
      /^export\.headers\.a b: has a char/,
    );
  });

  it('hands on what is set, as it is set', () => {
    const settings = exportSettings({ compression: 'none', timeout_ms: 1234, headers: { a: 'b' } });
    expect(senderOptions(url, settings)).toEqual({
      url,
      compression: 'none',
      timeoutMillis: 1234,
      headers: { a: 'b' },
    });
  });

  it('refuses a certificate or key that is none, at the start', () => {
    const dir = mkdtempSync(join(tmpdir(), 'atel-'));
    const file = join(dir, 'x.pem');
    writeFileSync(file, 'no PEM');
    for (const key of ['client_certificate_file', 'client_key_file'])
      expect(() => senderOptions(url, exportSettings({ [key]: file }))).toThrow(
        /^export\.ca_file, client_certificate_file, client_key_file: /,
      );
    rmSync(dir, { recursive: true });
  });

  it('names the certificate file that is missing or cannot be read, and the key that names it', () => {
    const dir = mkdtempSync(join(tmpdir(), 'atel-'));
    const missing = join(dir, 'ca.pem');
    expect(() => senderOptions(url, exportSettings({ ca_file: missing }))).toThrow(
      `${missing}: does not exist; correct export.ca_file`,
    );
    expect(() => senderOptions(url, exportSettings({ client_key_file: dir }))).toThrow(/EISDIR/);
    rmSync(dir, { recursive: true });
  });
});
