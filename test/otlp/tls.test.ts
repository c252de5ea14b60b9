import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportSettings } from '../../src/otlp/endpoint.ts';
import { createOtlpExporter } from '../../src/otlp/exporter.ts';
import type { ExportVerdict } from '../../src/otlp/verdict.ts';
import { startOtlpSink } from '../helpers/otlp-sink.ts';
import { exportSettings } from './samples.ts';

let dir: string;
const file = (name: string): string => join(dir, name);
const read = (name: string): string => readFileSync(file(name), 'utf8');
const openssl = (line: string): void =>
  void execFileSync('openssl', line.split(' '), { cwd: dir, stdio: 'pipe' });

/** A key and a certificate of `name`, signed by the authority `by`, or by itself; one of -1 days has expired. */
function certify(name: string, subjectAltName: string, by?: string, days = 2): void {
  writeFileSync(file(`${name}.ext`), `subjectAltName=${subjectAltName}\n`);
  openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
  const signer = by ? `-CA ${by}.crt -CAkey ${by}.key -CAcreateserial` : `-signkey ${name}.key`;
  openssl(`x509 -req -in ${name}.csr -out ${name}.crt -extfile ${name}.ext -days ${days} ${signer}`);
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
  for (const ca of ['ca', 'other-ca']) {
    openssl(`req -x509 -newkey rsa:2048 -nodes -keyout ${ca}.key -out ${ca}.crt -days 2 -subj /CN=${ca}`);
  }
  certify('server', 'IP:127.0.0.1', 'ca');
  certify('wrong-name', 'DNS:elsewhere.example', 'ca');
  certify('expired', 'IP:127.0.0.1', 'ca', -1);
  certify('self-signed', 'IP:127.0.0.1');
  certify('client', 'DNS:client', 'ca');
  certify('stranger', 'DNS:client', 'other-ca');
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The verdict of a server with this certificate, and what reached it. */
async function tryServer(
  certificate: string,
  settings: Partial<ExportSettings>,
  clientAuthority?: string,
): Promise<{ verdict: ExportVerdict; reached: number }> {
  const sink = await startOtlpSink({
    tls: {
      key: read(`${certificate}.key`),
      cert: read(`${certificate}.crt`),
      ...(clientAuthority && {
        requestCert: true,
        rejectUnauthorized: true,
        ca: read(`${clientAuthority}.crt`),
      }),
    },
  });
  const headers = { Authorization: 'Bearer s3cr3t-t0ken' };
  const exporter = createOtlpExporter(exportSettings({ endpoint: sink.url, headers, ...settings }));
  const verdict = await exporter?.export([]);
  await exporter?.shutdown();
  await sink.close();
  if (!verdict) throw new Error('no verdict');
  return { verdict, reached: sink.requests.length };
}

const REFUSED = { verdict: { kind: 'misconfigured', message: expect.stringMatching(/^TLS: /) }, reached: 0 };

describe('TLS', () => {
  it('accepts a server that the configured authority vouches for', async () => {
    const result = await tryServer('server', { ca_file: file('ca.crt') });
    expect(result).toEqual({ verdict: { kind: 'accepted' }, reached: 1 });
  });

  it.each([
    ['is unknown to the system', 'server', undefined, /local issuer|verify the first/],
    ['another authority signed', 'server', 'other-ca.crt', /local issuer|verify the first/],
    ['nobody but itself signed', 'self-signed', 'ca.crt', /self.signed/],
    ['has expired', 'expired', 'ca.crt', /expired/],
    ['names another host', 'wrong-name', 'ca.crt', /altnames/],
  ])('sends nothing to a server whose certificate %s', async (_name, certificate, ca, reason) => {
    const result = await tryServer(certificate, ca ? { ca_file: file(ca) } : {});
    expect(result).toEqual(REFUSED);
    expect(result.verdict).toHaveProperty('message', expect.stringMatching(reason));
  });

  it('checks the certificate even when the environment says otherwise', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(await tryServer('self-signed', {})).toEqual(REFUSED);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('blames the configuration when the server speaks no TLS', async () => {
    const sink = await startOtlpSink();
    const exporter = createOtlpExporter(exportSettings({ endpoint: sink.url.replace('http:', 'https:') }));
    expect(await exporter?.export([])).toMatchObject({ kind: 'misconfigured' });
    await exporter?.shutdown();
    await sink.close();
  });

  it('shows its own certificate to a server that asks for one', async () => {
    const mine = {
      ca_file: file('ca.crt'),
      client_certificate_file: file('client.crt'),
      client_key_file: file('client.key'),
    };
    expect(await tryServer('server', mine, 'ca')).toEqual({ verdict: { kind: 'accepted' }, reached: 1 });
  });

  it('blames the configuration when the server wants a certificate and gets none', async () => {
    expect(await tryServer('server', { ca_file: file('ca.crt') }, 'ca')).toMatchObject(REFUSED);
  });

  it('gets nothing through with a certificate of another authority', async () => {
    const theirs = {
      ca_file: file('ca.crt'),
      client_certificate_file: file('stranger.crt'),
      client_key_file: file('stranger.key'),
    };
    const { verdict, reached } = await tryServer('server', theirs, 'ca');
    expect(reached).toBe(0);
    expect(verdict.kind).not.toBe('accepted');
  });

  it.each([
    [
      'a key of another certificate',
      { client_certificate_file: 'client.crt', client_key_file: 'stranger.key' },
    ],
    ['a file that is no PEM', { client_certificate_file: 'server.ext', client_key_file: 'client.key' }],
  ])('says at the start when it is given %s', (_name, { client_certificate_file, client_key_file }) => {
    const settings = exportSettings({
      endpoint: 'https://127.0.0.1',
      client_certificate_file: file(client_certificate_file),
      client_key_file: file(client_key_file),
    });
    expect(() => createOtlpExporter(settings)).toThrow(/^export\.ca_file, .*; name PEM files/);
  });
});
