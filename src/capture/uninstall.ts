/** Takes our hooks out of a settings file of Claude Code and leaves the rest, the user's later edits included. */
import { rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { formatHooks, hasOurHooks, withoutOurHooks } from './hook-settings.ts';
import { layoutOf, removeMember, setMember } from './json-member.ts';
import {
  newestBackup,
  parseSettingsText,
  readSettings,
  removeWithEmptyDir,
  settingsSchema,
  writeSettings,
} from './settings-file.ts';

export interface UninstallReport {
  /**
   * `absent`: no hook of ours was there. `restored`: the file is what it was before `init`, byte for byte, and
   * its backup is gone. `removed`: the file held nothing else. `edited`: it keeps what was added since.
   */
  readonly outcome: 'absent' | 'restored' | 'removed' | 'edited';
  readonly settingsFile: string;
  /** What `init` kept, where it differs from the result. */
  readonly backup: string | undefined;
}

/**
 * @param others files that belong to the installation and to nothing else
 * @throws AtelError input — settings that cannot be read; they are left alone
 */
export function uninstall(settingsPath: string, others: readonly string[] = []): UninstallReport {
  const { file, text, hooks } = readSettings(settingsPath);
  if (text === undefined || !hasOurHooks(hooks))
    return { outcome: 'absent', settingsFile: file, backup: undefined };
  for (const other of others) removeWithEmptyDir(other);
  const rest = withoutOurHooks(hooks);
  const edited = rest
    ? setMember(text, 'hooks', formatHooks(rest, layoutOf(text)))
    : removeMember(text, 'hooks');
  const meaning = meaningOf(edited);
  const backup = newestBackup(file);
  if (backup && isDeepStrictEqual(meaningOf(backup.text), meaning)) {
    writeSettings(file, backup.text);
    rmSync(backup.path);
    return { outcome: 'restored', settingsFile: file, backup: undefined };
  }
  if (meaning && Object.keys(meaning).length === 0) {
    removeWithEmptyDir(file);
    return { outcome: 'removed', settingsFile: file, backup: backup?.path };
  }
  writeSettings(file, edited);
  return { outcome: 'edited', settingsFile: file, backup: backup?.path };
}

/** The settings without what makes no difference: hook lists that hold nothing. `undefined`: no settings at all. */
function meaningOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const parsed = settingsSchema.safeParse(parseSettingsText(text));
  if (!parsed.success) return undefined;
  const { hooks = {}, ...rest } = parsed.data;
  const kept = withoutOurHooks(hooks);
  return kept ? { ...rest, hooks: kept } : rest;
}
