/**
 * `OTEL_EXPORTER_OTLP_*` as configuration. Claude Code strips `OTEL_*` from its hooks, and so from the forwarder they
 * start; `init` and `up` therefore copy these variables of their own environment into the configuration file.
 * Source: OpenTelemetry protocol exporter specification; the `LOGS_` variants win, an empty value counts as unset.
 */
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Env } from '../platform/env.ts';
import { AtelError } from '../platform/errors.ts';
import { loadConfig, updateConfigFile } from './load.ts';
import { parseConfig } from './schema.ts';

export interface OtlpFromEnv {
  /** For `updateConfigFile`; empty when the environment says nothing. A value `undefined` removes the key. */
  readonly changes: readonly (readonly [path: readonly string[], value: unknown])[];
  /** The variables that were used. Their values may be secret. */
  readonly variables: readonly string[];
}

export interface CopyOtlpEnvOptions {
  readonly configFile: string;
  /** The command that copies, for `export.from`. */
  readonly by: string;
  readonly cwd: string;
  readonly dryRun?: boolean;
}

/**
 * Copies what the environment says into the configuration file, if it says anything else.
 * @returns the variables that change something
 * @throws AtelError input — a value the configuration refuses, or a configuration file that cannot be read
 */
export function copyOtlpEnv(
  env: Env,
  { configFile, by, cwd, dryRun = false }: CopyOtlpEnvOptions,
): readonly string[] {
  const { changes, variables } = otlpFromEnv(env, by, cwd);
  if (changes.length === 0) return [];
  const current = new Map<string, unknown>(Object.entries(loadConfig(configFile).export));
  const isNews = ([[, key = ''], value]: (typeof changes)[number]): boolean =>
    !isDeepStrictEqual(current.get(key), value ?? (key === 'headers' ? {} : undefined));
  if (!changes.some(isNews)) return [];
  if (!dryRun) updateConfigFile(configFile, changes);
  return variables;
}

const FILE_KEYS = [
  ['CERTIFICATE', 'ca_file'],
  ['CLIENT_CERTIFICATE', 'client_certificate_file'],
  ['CLIENT_KEY', 'client_key_file'],
] as const;

/**
 * The keys of `export` that the environment asks for. Where it names an endpoint, credentials it does not name are
 * removed, so that those of an earlier endpoint are never sent to this one.
 * @param by the command that copies, for `export.from`
 * @param cwd what relative file names are relative to
 * @throws AtelError input — headers that are no list of `key=value`, or an endpoint that is no URL
 */
export function otlpFromEnv(env: Env, by: string, cwd: string): OtlpFromEnv {
  const variables: string[] = [];
  const take = (...names: string[]): string | undefined => {
    const name = names.map((part) => `OTEL_EXPORTER_OTLP_${part}`).find((each) => env[each]);
    if (name !== undefined) variables.push(name);
    return name === undefined ? undefined : env[name];
  };
  const endpoint = take('ENDPOINT');
  const logsEndpoint = take('LOGS_ENDPOINT');
  const from = variables.length > 0 ? `${by}: ${variables.join(', ')}` : undefined;
  const headers = {
    ...takeHeaders(take('HEADERS'), 'HEADERS'),
    ...takeHeaders(take('LOGS_HEADERS'), 'LOGS_HEADERS'),
  };
  const values: [string, unknown][] = [
    ['endpoint', endpoint],
    ['logs_endpoint', logsEndpoint],
    ['headers', Object.keys(headers).length > 0 ? headers : undefined],
    ...FILE_KEYS.map(([name, key]): [string, unknown] => {
      const file = take(`LOGS_${name}`, name);
      return [key, file === undefined ? undefined : resolve(cwd, file)];
    }),
    ['from', from],
  ];
  const wanted = values.filter(([, value]) => from !== undefined || value !== undefined);
  const parsed = parseConfig({ export: Object.fromEntries(wanted) });
  if (!parsed.ok)
    throw new AtelError('input', parsed.problem, {
      where: variables.join(', '),
      fix: 'correct the variable',
    });
  return { changes: wanted.map(([key, value]) => [['export', key], value]), variables };
}

function takeHeaders(text: string | undefined, name: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text?.split(',') ?? []) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const key = decode(pair.slice(0, Math.max(at, 0)));
    const value = decode(pair.slice(at + 1));
    if (!key || value === undefined)
      throw new AtelError('input', 'is no list of key=value with percent-encoded values', {
        where: `OTEL_EXPORTER_OTLP_${name}`,
        fix: 'write it as key=value,key2=value2',
      });
    headers[key] = value;
  }
  return headers;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
