/** Puts our hooks into a settings file of Claude Code, with the copy of the capture script they run. */
import { accessSync, constants, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, formatNanos } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import { ensurePrivateDir, readTextIfExists } from '../platform/files.ts';
import { loadInstall } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import { diffLines } from './diff.ts';
import { type Scope, renderHookCopy, writeHookCopy } from './hook-copy.ts';
import { type Registration, formatHooks, hasOurHooks, withOurHooks } from './hook-settings.ts';
import { type Installation, type InstallationKind, installationOf } from './installation.ts';
import { layoutOf, setMember } from './json-member.ts';
import { type Settings, backUp, readSettings, writeForAll, writeSettings } from './settings-file.ts';

export interface InstallRequest {
  readonly kind: InstallationKind;
  readonly settingsPath: string;
  readonly scope: Scope;
  readonly events: Registration['events'];
  readonly form: Registration['form'];
  /** Nothing is written at all. */
  readonly dryRun: boolean;
}

export interface InstallReport {
  readonly outcome: 'installed' | 'updated' | 'unchanged';
  readonly settingsFile: string;
  /** The settings' change, by `diffLines`. */
  readonly diff: readonly string[];
  /** Where the settings of before are kept; only the first change makes a copy. */
  readonly backup: string | undefined;
  readonly hookCopy: string;
  /** Other files of the installation that change. */
  readonly files: readonly string[];
}

/** What an installation would write, and what stands there now. */
export interface InstallPlan {
  readonly installation: Installation;
  readonly settings: Settings;
  readonly present: boolean;
  readonly before: string;
  readonly after: string;
  /** The capture script's copy as it should be. */
  readonly script: string;
  /** Paths of the other files that are not as they should be. */
  readonly staleFiles: readonly string[];
}

/**
 * Compares what is there with what should be.
 * @throws AtelError input — settings that cannot be read
 */
export function planInstall(paths: Paths, env: Env, request: Omit<InstallRequest, 'dryRun'>): InstallPlan {
  const { kind, scope, events, form } = request;
  const settings = readSettings(request.settingsPath);
  const installation = installationOf(kind, scope, settings.file, paths);
  const { name, command, files } = installation;
  const wanted = withOurHooks(settings.hooks, { installation: name, command, events, form });
  const before = settings.text?.trim() ? settings.text : '{}\n';
  const after = isDeepStrictEqual(wanted, settings.hooks)
    ? before
    : setMember(before, 'hooks', formatHooks(wanted, layoutOf(before)));
  const staleFiles = Object.entries(files).flatMap(([path, { text, mode }]) =>
    readTextIfExists(path) === text && (statSync(path).mode & 0o777) === mode ? [] : [path],
  );
  const script = renderHookCopy(paths, env, scope);
  return { installation, settings, present: hasOurHooks(settings.hooks), before, after, script, staleFiles };
}

/**
 * Installs, or brings an older installation up to date.
 * @throws AtelError input — settings that cannot be read, a data directory that is not private
 */
export function install(paths: Paths, env: Env, clock: Clock, request: InstallRequest): InstallReport {
  const plan = planInstall(paths, env, request);
  const { installation, settings, present, before, script } = plan;
  const { file, text } = settings;
  // What root has installed serves every user, who only adds a copy of their own.
  const locked = request.kind === 'managed' && present && !isWritable(file);
  const after = locked ? before : plan.after;
  const staleFiles = locked ? [] : plan.staleFiles;
  const { hookCopy } = installation;
  const changed = after !== before || readTextIfExists(hookCopy) !== script || staleFiles.length > 0;
  let backup: string | undefined;
  if (!request.dryRun) {
    prepareDirectories(paths);
    writeHookCopy(hookCopy, script);
    for (const [path, { text, mode }] of Object.entries(installation.files))
      if (staleFiles.includes(path)) writeForAll(path, text, mode);
    if (text !== undefined && !present) backup = backUp(file, text, formatNanos(clock()));
    if (after !== before) writeSettings(file, after, installation.settingsMode);
  }
  return {
    outcome: !changed ? 'unchanged' : present ? 'updated' : 'installed',
    settingsFile: file,
    diff: diffLines(text ?? '', after === before ? (text ?? '') : after),
    backup,
    hookCopy,
    files: staleFiles,
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function prepareDirectories(paths: Paths): void {
  for (const each of privateDirectories(paths)) ensurePrivateDir(each);
  loadInstall(paths);
  try {
    ensurePrivateDir(paths.fallbackLostDir);
  } catch {
    // It stands outside the data directory and only helps when that fails: the hook tries to make it again.
  }
}

/** What the hook and the forwarder need, parents first. */
export function privateDirectories(paths: Paths): readonly string[] {
  const { dataDir, hooksDir, spoolDir, queueDir, quarantineDir, lostDir, sessionsDir } = paths;
  return [dataDir, hooksDir, spoolDir, queueDir, quarantineDir, lostDir, sessionsDir];
}
