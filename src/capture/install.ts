/** Puts our hooks into a settings file of Claude Code, with the copy of the capture script they run. */
import { isDeepStrictEqual } from 'node:util';
import { type Clock, formatNanos } from '../platform/clock.ts';
import type { Env } from '../platform/env.ts';
import { ensurePrivateDir, readTextIfExists } from '../platform/files.ts';
import { loadInstall } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import { diffLines } from './diff.ts';
import { type Scope, hookCopyPath, renderHookCopy, writeHookCopy } from './hook-copy.ts';
import { type Registration, formatHooks, hasOurHooks, withOurHooks } from './hook-settings.ts';
import { layoutOf, setMember } from './json-member.ts';
import { type SettingsKind, backUp, readSettings, writeSettings } from './settings-file.ts';

export interface InstallRequest {
  readonly kind: SettingsKind;
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
}

/**
 * Installs, or brings an older installation up to date.
 * @throws AtelError input — settings that cannot be read, a data directory that is not private
 */
export function install(paths: Paths, env: Env, clock: Clock, request: InstallRequest): InstallReport {
  const installation = installationName(request.kind, request.scope);
  const hookCopy = hookCopyPath(paths, installation);
  const script = renderHookCopy(paths, env, request.scope);
  const { file, text, hooks } = readSettings(request.settingsPath);
  const present = hasOurHooks(hooks);
  const wanted = withOurHooks(hooks, {
    installation,
    command: hookCopy,
    events: request.events,
    form: request.form,
  });
  const before = text?.trim() ? text : '{}\n';
  const after = isDeepStrictEqual(wanted, hooks)
    ? before
    : setMember(before, 'hooks', formatHooks(wanted, layoutOf(before)));
  const changed = after !== before || readTextIfExists(hookCopy) !== script;
  let backup: string | undefined;
  if (!request.dryRun) {
    prepareDirectories(paths);
    writeHookCopy(hookCopy, script);
    if (text !== undefined && !present) backup = backUp(file, text, formatNanos(clock()));
    if (after !== before) writeSettings(file, after);
  }
  return {
    outcome: !changed ? 'unchanged' : present ? 'updated' : 'installed',
    settingsFile: file,
    diff: diffLines(text ?? '', after === before ? (text ?? '') : after),
    backup,
    hookCopy,
  };
}

/** One copy per kind and scope: the scope is baked in, and projects with different scopes may stand side by side. */
function installationName(kind: SettingsKind, scope: Scope): string {
  return scope === 'all' ? `settings-${kind}-all` : `settings-${kind}`;
}

function prepareDirectories(paths: Paths): void {
  const { dataDir, hooksDir, spoolDir, queueDir, quarantineDir, lostDir, sessionsDir } = paths;
  for (const each of [dataDir, hooksDir, spoolDir, queueDir, quarantineDir, lostDir, sessionsDir])
    ensurePrivateDir(each);
  loadInstall(paths);
  try {
    ensurePrivateDir(paths.fallbackLostDir);
  } catch {
    // It stands outside the data directory and only helps when that fails: the hook tries to make it again.
  }
}
