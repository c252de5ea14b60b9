/** Reading and writing of the configuration: flags > environment (`ATEL_*`) > file > default. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import type { Env } from '../platform/env.ts';
import { AtelError, messageOf } from '../platform/errors.ts';
import { makeDirs, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { type Config, parseConfig } from './schema.ts';

const CORRECT_IT = 'correct the key named here';

/** Environment variables that set a key, and the key's path. */
const ENV_KEYS: readonly (readonly [name: string, path: readonly string[]])[] = [
  ['ATEL_CAPTURE_LEVEL', ['capture_level']],
  ['ATEL_ENDPOINT', ['export', 'endpoint']],
  ['ATEL_AGENT_ID', ['agent', 'id']],
  ['ATEL_AGENT_GROUP', ['agent', 'group']],
  ['ATEL_AGENT_ROLE', ['agent', 'role']],
  ['ATEL_WORKFLOW_ID', ['workflow_id']],
];

/**
 * The effective configuration.
 * @throws AtelError input — the file is no YAML or has a key or value that the schema refuses, other users may change
 * it, or they may read it and it holds credentials
 */
export function loadConfig(configFile: string, env: Env = {}): Config {
  const raw = readConfigFile(configFile);
  for (const [name, path] of ENV_KEYS) {
    const value = env[name];
    if (value !== undefined && value !== '') setPath(raw, path, value);
  }
  const parsed = parseConfig(raw);
  if (parsed.ok) {
    refuseIfOpen(configFile, parsed.config);
    return parsed.config;
  }
  const own = parseConfig(readConfigFile(configFile));
  const where = own.ok ? `environment (${ENV_KEYS.map(([name]) => name).join(', ')})` : configFile;
  throw new AtelError('input', parsed.problem, { where, fix: CORRECT_IT });
}

/**
 * Sets keys in the file, keeping its comments and order; the file is made (0600) when there is none.
 * @throws AtelError input — the file is no YAML, or the result would not be valid
 */
export function updateConfigFile(
  configFile: string,
  changes: readonly (readonly [readonly string[], unknown])[],
): void {
  const document = readYaml(configFile);
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  const parsed = parseConfig(document.toJS());
  if (!parsed.ok) throw new AtelError('input', parsed.problem, { where: configFile, fix: CORRECT_IT });
  makeDirs(dirname(configFile));
  writeAtomic(configFile, document.toString());
}

function readConfigFile(configFile: string): Record<string, unknown> {
  const document = readYaml(configFile);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw invalidYaml(configFile, messageOf(error));
  }
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new AtelError('input', 'is not a mapping', {
    where: configFile,
    fix: 'write lines of the form `key: value`',
  });
}

/** The parser throws nothing: of a broken file it gives what it could make out, such as half of the keys. */
function readYaml(configFile: string): ReturnType<typeof parseDocument> {
  const document = parseDocument(readTextIfExists(configFile) ?? '');
  const [fault] = document.errors;
  if (fault) throw invalidYaml(configFile, fault.message);
  return document;
}

function invalidYaml(configFile: string, message: string): AtelError {
  // Behind its first line stands an excerpt of the file, which may hold a token.
  const what = message.split('\n')[0]?.replace(/:$/, '') ?? '';
  return new AtelError('input', what, { where: configFile, fix: 'make it valid YAML' });
}

/** Who can change the file can send the records elsewhere, or switch masking off. */
function refuseIfOpen(configFile: string, config: Config): void {
  const stat = statSync(configFile, { throwIfNoEntry: false });
  const uid = process.getuid?.();
  if (!stat || uid === undefined) return;
  const refuse = (what: string, fix: string): never => {
    throw new AtelError('input', what, { where: configFile, fix });
  };
  if (stat.uid !== uid && stat.uid !== 0)
    refuse(`belongs to uid ${stat.uid}, not to you`, `chown it to uid ${uid}`);
  if ((stat.mode & 0o022) !== 0) refuse('can be changed by other users', `chmod 600 ${configFile}`);
  const secret = Object.keys(config.export.headers).length > 0;
  if (secret && (stat.mode & 0o044) !== 0)
    refuse('holds credentials and can be read by other users', `chmod 600 ${configFile}`);
}

function setPath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    target[head] = value;
    return;
  }
  const next = target[head];
  const child = typeof next === 'object' && next !== null ? { ...next } : {};
  target[head] = child;
  setPath(child, rest, value);
}
