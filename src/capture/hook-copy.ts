/**
 * The installed copy of `capture.sh`: the template with this user's absolute paths, since the hook may take no path
 * and no program from its environment.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '../platform/env.ts';
import { AtelError } from '../platform/errors.ts';
import { PRIVATE_DIR, ensurePrivateDir, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { type Paths, XDG_VARIABLES } from '../platform/paths.ts';
import { findProgram, searchPath } from '../platform/programs.ts';
import { shellQuote } from './shell-quote.ts';

/** Which sessions are recorded: those below a marker, or all. */
export type Scope = 'marked' | 'all';

const FORWARDER_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Where the copy for an installation stands. */
export function hookCopyPath(paths: Pick<Paths, 'hooksDir'>, installation: string): string {
  return join(paths.hooksDir, installation, 'capture.sh');
}

/** Whether a hook's command runs a script of ours: in exec form the bare path, in plain form the path in quotes. */
export function isOurCommand(command: string): boolean {
  return /\/(?:agent-telemetry\/hooks\/[\w.-]+\/capture|agent-telemetry-hook)\.sh(?:$|')/.test(command);
}

/**
 * The copy's text.
 * @param env of the installing command: `XDG_*` decide where the forwarder looks
 * @throws AtelError input — this machine has no `cat` or `env`
 */
export function renderHookCopy(paths: Paths, env: Env, scope: Scope): string {
  const xdg = XDG_VARIABLES.flatMap((name) => (env[name]?.startsWith('/') ? [`${name}=${env[name]}`] : []));
  const forwarder = [
    requireProgram('env', env),
    '-i',
    `HOME=${paths.home}`,
    `PATH=${FORWARDER_PATH}`,
    ...xdg,
    process.execPath,
    fileURLToPath(new URL('../../dist/forwarder/launch.js', import.meta.url)),
  ];
  const values: Readonly<Record<string, string>> = {
    SCOPE: shellQuote(scope),
    QUEUE: shellQuote(paths.queueDir),
    LOST: shellQuote(paths.lostDir),
    FALLBACK_LOST: shellQuote(paths.fallbackLostDir),
    SESSIONS: shellQuote(paths.sessionsDir),
    PID_FILE: shellQuote(paths.pidFile),
    UUID_FILE: shellQuote('/proc/sys/kernel/random/uuid'),
    CAT: shellQuote(requireProgram('cat', env)),
    FORWARDER: forwarder.map(shellQuote).join(' '),
  };
  const text = readFileSync(templatePath(), 'utf8').replace(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`capture.sh has an unknown placeholder ${name}`);
    return value;
  });
  return privileged(text);
}

/** Puts the copy in place, 0700. A running hook keeps reading the file it began with. @returns whether it changed */
export function writeHookCopy(path: string, text: string): boolean {
  ensurePrivateDir(dirname(path));
  if (readTextIfExists(path) === text) {
    chmodSync(path, PRIVATE_DIR);
    return false;
  }
  writeAtomic(path, text, PRIVATE_DIR);
  return true;
}

/** Beside this file in a checkout, among the assets in the package. */
function templatePath(): string {
  const own = fileURLToPath(new URL('capture.sh', import.meta.url));
  return existsSync(own) ? own : fileURLToPath(new URL('../../assets/capture.sh', import.meta.url));
}

/** A script that runs on this machine alone may use what its `/bin/sh` knows. */
export function privileged(script: string): string {
  return supportsPrivileged() ? script.replace('#!/bin/sh\n', '#!/bin/sh -p\n') : script;
}

/** `-p` keeps bash as `/bin/sh` from taking functions and SHELLOPTS from the environment; busybox does not know it. */
function supportsPrivileged(): boolean {
  return spawnSync('/bin/sh', ['-p', '-c', 'exit 0'], { stdio: 'ignore', env: {} }).status === 0;
}

function requireProgram(name: string, env: Env): string {
  const found = findProgram(name, ['/bin', '/usr/bin', ...searchPath(env)]);
  if (found === undefined)
    throw new AtelError('input', `there is no program ${name} here`, {
      where: 'PATH',
      fix: `install ${name}`,
    });
  return found;
}
