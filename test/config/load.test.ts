import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const PLAIN = 'capture_level: metadata\n';
const WITH_HEADER = 'export:\n  headers:\n    authorization: Bearer abc\n';
const NOBODY = 65534;

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  file = join(home, 'config.yaml');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the configuration file', () => {
  it.each([
    [PLAIN, 0o622],
    [PLAIN, 0o620],
    [PLAIN, 0o602],
    [WITH_HEADER, 0o640],
    [WITH_HEADER, 0o604],
  ])('%j is refused with mode %i, with the way out', (text, mode) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
    expect(() => loadConfig(file)).toThrow(/config\.yaml: .* other users; chmod 600 /);
  });

  it.each([
    [PLAIN, 0o644],
    [PLAIN, 0o600],
    [WITH_HEADER, 0o600],
  ])('%j is taken with mode %i', (text, mode) => {
    writeFileSync(file, text);
    chmodSync(file, mode);
    expect(loadConfig(file)).toMatchObject({ agent: { type: 'claude-code' } });
  });

  it.skipIf(process.getuid?.() !== 0)('of somebody else is refused', () => {
    writeFileSync(file, PLAIN);
    chownSync(file, NOBODY, NOBODY);
    expect(() => loadConfig(file)).toThrow(/belongs to uid 65534, not to you; chown it to uid 0/);
  });

  it('that is not there is the defaults', () => {
    expect(loadConfig(file)).toMatchObject({ capture_level: 'redacted' });
  });
});
