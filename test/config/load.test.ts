import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, updateConfigFile } from '../../src/config/load.ts';

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

  it.each([
    ['agent: {id: a\n', /config\.yaml: .*; make it valid YAML$/],
    [
      'capture_level: metadata\ncapture_level: full\n',
      /config\.yaml: .* unique at line 2, .*; make it valid YAML$/,
    ],
    ['agent: *nobody\n', /config\.yaml: .*nobody.*; make it valid YAML$/],
    ['- a\n- b\n', /config\.yaml: is not a mapping; write lines of the form `key: value`$/],
    ['capture_level: some\n', /config\.yaml: capture_level: .*; correct the key named here$/],
  ])('%j is refused, with the place and what to do', (text, said) => {
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => loadConfig(file)).toThrow(said);
  });

  it('is quoted in no message about it: it may hold a token', () => {
    writeFileSync(file, 'export: {headers: {authorization: Bearer abc}\n', { mode: 0o600 });
    for (const read of [() => loadConfig(file), () => updateConfigFile(file, [])])
      expect(read).toThrow(/^(?!.*Bearer)[^\n]*; make it valid YAML$/s);
  });

  it('is overruled by the environment, key by key, but not by empty variables', () => {
    writeFileSync(file, 'agent: {role: reviewer, group: blue}\n', { mode: 0o600 });
    const env = { ATEL_AGENT_GROUP: 'red', ATEL_AGENT_ROLE: '', ATEL_AGENT_ID: 'a1' };
    expect(loadConfig(file, env).agent).toMatchObject({ role: 'reviewer', group: 'red', id: 'a1' });
    const wrong = (): unknown => loadConfig(file, { ATEL_CAPTURE_LEVEL: 'all' });
    expect(wrong).toThrow(/^environment \(ATEL_CAPTURE_LEVEL, .*\): capture_level: /);
  });

  it('is changed key by key, and left alone when it or the result would not be valid', () => {
    const text = '# ours\nagent: {role: reviewer}\n';
    writeFileSync(file, text, { mode: 0o600 });
    expect(() => updateConfigFile(file, [[['capture_level'], 'all']])).toThrow(
      /config\.yaml: capture_level: .*; correct the key named here$/,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
    updateConfigFile(file, [
      [['agent', 'group'], 'red'],
      [['agent', 'role'], undefined],
    ]);
    expect(readFileSync(file, 'utf8')).toBe('# ours\nagent: { group: red }\n');
    writeFileSync(file, 'a: [', { mode: 0o600 });
    expect(() => updateConfigFile(file, [[['capture_level'], 'full']])).toThrow(/; make it valid YAML$/);
    expect(readFileSync(file, 'utf8')).toBe('a: [');
  });
});
