/**
 * Claude Code's settings files: which ones, how they are read and written, and their backups
 * (`<file>.atel-backup-<UTC time>`, 0600, made before the first change).
 */
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import type { Env } from '../platform/env.ts';
import { AtelError } from '../platform/errors.ts';
import { PRIVATE_FILE, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { type Hooks, hasOurHooks, hooksSchema } from './hook-settings.ts';

/** `user`: every project of this user; `project`: one checkout, not shared with others. */
export type SettingsKind = 'user' | 'project';

/** What we need to know of the file; the rest passes. */
export const settingsSchema = z.looseObject({ hooks: hooksSchema.optional() });

export interface Settings {
  /** With symbolic links resolved, so that a dotfiles link stays a link. */
  readonly file: string;
  /** `undefined`: there is no file. */
  readonly text: string | undefined;
  readonly hooks: Hooks;
}

/** The file for a kind of installation. Source: claude-code-hooks.md §2.4. */
export function settingsPath(kind: SettingsKind, env: Env, home: string, projectRoot: string): string {
  if (kind === 'project') return join(projectRoot, '.claude', 'settings.local.json');
  return join(env['CLAUDE_CONFIG_DIR'] || join(home, '.claude'), 'settings.json');
}

/**
 * Reads a settings file.
 * @throws AtelError input — no JSON object, or hooks that are no lists by event; the file is left alone
 */
export function readSettings(path: string): Settings {
  const file = existsSync(path) ? realpathSync(path) : path;
  const text = readTextIfExists(file);
  const value = parseSettingsText(text ?? '');
  const parsed = settingsSchema.safeParse(value);
  if (parsed.success) return { file, text, hooks: parsed.data.hooks ?? {} };
  const [issue] = parsed.error.issues;
  const problem = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
  throw new AtelError('input', value === undefined ? 'is not valid JSON' : problem, {
    where: file,
    fix: 'correct it and run this again; nothing was changed',
  });
}

/** Whether hooks of ours stand in a settings file; a broken file runs no hooks. */
export function isInstalled(path: string): boolean {
  const settings = settingsSchema.safeParse(parseSettingsText(readTextIfExists(path) ?? ''));
  return settings.success && hasOurHooks(settings.data.hooks ?? {});
}

/** Replaces the file's content, or makes it with its directory; its mode stays. */
export function writeSettings(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeAtomic(file, text, (statSync(file, { throwIfNoEntry: false })?.mode ?? PRIVATE_FILE) & 0o777);
}

/** Removes the file, and its directory when nothing else is in it. */
export function removeSettings(file: string): void {
  rmSync(file);
  if (readdirSync(dirname(file)).length === 0) rmdirSync(dirname(file));
}

/** Keeps a copy of what the file holds now. @param time an RFC 3339 time @returns the copy's path */
export function backUp(file: string, text: string, time: string): string {
  const backup = `${file}.atel-backup-${time.replace(/\..*|[-:]/g, '')}`;
  writeAtomic(backup, text, PRIVATE_FILE);
  return backup;
}

/** The newest backup of a settings file. */
export function newestBackup(file: string): { readonly path: string; readonly text: string } | undefined {
  if (!existsSync(dirname(file))) return undefined;
  const names = readdirSync(dirname(file)).filter((name) =>
    name.startsWith(`${basename(file)}.atel-backup-`),
  );
  const name = names.toSorted().at(-1);
  const path = name && join(dirname(file), name);
  const text = path && readTextIfExists(path);
  return path && text !== undefined ? { path, text } : undefined;
}

/** The value of a settings file's text, `undefined` when it is no JSON. A blank file is one without settings. */
export function parseSettingsText(text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
