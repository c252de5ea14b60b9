/**
 * Claude Code's settings files: which ones, how they are read and written, and their backups
 * (`<file>.atel-backup-<UTC time>`, 0600, made before the first change).
 */
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { AtelError } from '../platform/errors.ts';
import { namesIn, PRIVATE_FILE, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { parseJson } from '../platform/json.ts';
import { ancestors } from './project-root.ts';
import { type Hooks, hasOurHooks, hooksSchema } from './hook-settings.ts';

/** What we need to know of the file; the rest passes. */
export const settingsSchema = z.looseObject({ hooks: hooksSchema.optional() });

export interface Settings {
  /** With symbolic links resolved, so that a dotfiles link stays a link. */
  readonly file: string;
  /** `undefined`: there is no file. */
  readonly text: string | undefined;
  readonly value: Readonly<Record<string, unknown>>;
  readonly hooks: Hooks;
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
  if (parsed.success) return { file, text, value: parsed.data, hooks: parsed.data.hooks ?? {} };
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

/** Replaces the file's content, or makes it with its directory; the mode of one that is there stays. */
export function writeSettings(file: string, text: string, mode: number = PRIVATE_FILE): void {
  writeForAll(file, text, (statSync(file, { throwIfNoEntry: false })?.mode ?? mode) & 0o777);
}

/** Writes a file with its directories; what others may read or run does not depend on our umask. */
export function writeForAll(file: string, text: string, mode: number): void {
  const made = mkdirSync(dirname(file), { recursive: true });
  if (made !== undefined && (mode & 0o005) !== 0)
    for (const each of ancestors(dirname(file))) if (each.startsWith(made)) chmodSync(each, 0o755);
  writeAtomic(file, text, mode);
  chmodSync(file, mode);
}

/** Removes the file, and its directory when nothing else is in it. */
export function removeWithEmptyDir(file: string): void {
  if (!existsSync(file)) return;
  rmSync(file);
  if (namesIn(dirname(file)).length === 0) rmdirSync(dirname(file));
}

/** Keeps a copy of what the file holds now. @param time an RFC 3339 time @returns the copy's path */
export function backUp(file: string, text: string, time: string): string {
  const backup = `${file}.atel-backup-${time.replace(/\..*|[-:]/g, '')}`;
  writeAtomic(backup, text, PRIVATE_FILE);
  return backup;
}

/** The newest backup of a settings file. */
export function newestBackup(file: string): { readonly path: string; readonly text: string } | undefined {
  const names = namesIn(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.atel-backup-`));
  const name = names.toSorted().at(-1);
  const path = name && join(dirname(file), name);
  const text = path && readTextIfExists(path);
  return path && text !== undefined ? { path, text } : undefined;
}

/** The value of a settings file's text, `undefined` when it is no JSON. A blank file is one without settings. */
export function parseSettingsText(text: string): unknown {
  return text.trim() === '' ? {} : parseJson(text.replace(/^\uFEFF/, ''));
}
