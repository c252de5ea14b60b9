/** Which installations there are: what stands in the settings files that Claude Code may read here. */
import { AtelError, isSystemError, messageOf } from '../platform/errors.ts';
import { readTextIfExists } from '../platform/files.ts';
import type { Scope } from './hook-copy.ts';
import { hasOurHooks } from './hook-settings.ts';
import {
  INSTALLATION_KINDS,
  type InstallationKind,
  type Places,
  installationOf,
  settingsPathOf,
} from './installation.ts';
import { readSettings } from './settings-file.ts';

export interface SettingsFound {
  readonly kind: InstallationKind;
  readonly file: string;
  /** Empty when it cannot be read. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Why it cannot be used. */
  readonly problem: string | undefined;
  /** Of our hooks in it; `undefined`: there are none. */
  readonly scope: Scope | undefined;
}

/** Looks at every settings file that is there. */
export function findSettings(places: Places): readonly SettingsFound[] {
  return INSTALLATION_KINDS.flatMap((kind): readonly SettingsFound[] => {
    const file = settingsPathOf(kind, places);
    try {
      const { text, hooks, value } = readSettings(file);
      if (text === undefined) return [];
      const scope = hasOurHooks(hooks) ? scopeOf(kind, JSON.stringify(hooks), file, places) : undefined;
      return [{ kind, file, value, problem: undefined, scope }];
    } catch (error) {
      if (!(error instanceof AtelError || isSystemError(error))) throw error;
      return [{ kind, file, value: {}, problem: messageOf(error), scope: undefined }];
    }
  });
}

/** The scope stands in the name of the copy, which the settings or the hand-over script name. */
function scopeOf(kind: InstallationKind, hooks: string, file: string, { paths }: Places): Scope {
  const scripts = Object.keys(installationOf(kind, 'marked', file, paths).files);
  const texts = [hooks, ...scripts.map((path) => readTextIfExists(path) ?? '')];
  return texts.some((text) => /\/hooks\/[\w.-]+-all\/capture\.sh/.test(text)) ? 'all' : 'marked';
}
