import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadInstall } from '../../src/platform/install-id.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';

describe('the identity of an installation', () => {
  let home: string;
  let paths: Paths;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'atel-'));
    paths = resolvePaths({ HOME: home });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is made once, private, and read again', () => {
    const made = loadInstall(paths);
    expect(made.installId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(made.secret.symmetricKeySize).toBe(32);
    expect(loadInstall(paths)).toEqual(made);
    expect(statSync(paths.installFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(paths.dataDir)).toEqual(['install.json']);
  });

  it('is the same for processes that make it at once', async () => {
    const script = `import {loadInstall} from ${JSON.stringify(join(import.meta.dirname, '../../src/platform/install-id.ts'))};
      import {resolvePaths} from ${JSON.stringify(join(import.meta.dirname, '../../src/platform/paths.ts'))};
      const start = Number(process.argv[1]); while (Date.now() < start);
      console.log(loadInstall(resolvePaths({ HOME: process.argv[2] })).installId)`;
    const start = String(Date.now() + 600);
    const ids = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script, start, home], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        return new Promise<string>((resolve) => {
          let out = '';
          child.stdout.on('data', (part: Buffer) => (out += part.toString()));
          child.once('close', () => resolve(out.trim()));
        });
      }),
    );
    expect(ids).toEqual(ids.map(() => loadInstall(paths).installId));
    expect(readdirSync(paths.dataDir)).toEqual(['install.json']);
  });

  it.each(['', '{', '{}', '{"install_id":"x","hmac_secret":"y"}'])(
    'is never replaced when the file holds %j',
    (text) => {
      loadInstall(paths);
      writeFileSync(paths.installFile, text);
      expect(() => loadInstall(paths)).toThrow(
        expect.objectContaining({ kind: 'input', where: paths.installFile }),
      );
      expect(readFileSync(paths.installFile, 'utf8')).toBe(text);
    },
  );
});
