/** From words to paths: which word names one, and where it stands after the `cd`s before it. */
import type { PathAccess, PathUse } from '../event/path-use.ts';
import { MAX_WORD_LENGTH, sliceWord, type Word } from './bash-word.ts';
import { isDevice } from './resolve-path.ts';
import { urlOf } from './network.ts';

/**
 * What a shell's directory is called: '' for the one it started in, else a path as in `PathUse`; `undefined` when it
 * cannot be known.
 */
export type Directory = string | undefined;

/** Characters that paths rarely and patterns, scripts and JSON often have. */
const UNLIKELY_IN_PATHS = /[\s"'<>|;()=,&:\\^]/;
const LONGEST_GUESS = 1024;

/** Whether a word of which nothing is known names a path: it is anchored, or has a slash and no unlikely character. */
export function looksLikePath(word: Word): boolean {
  const { text } = word;
  if (text.length > LONGEST_GUESS || text.includes('\n') || urlOf(text) !== undefined) return false;
  if (isAnchored(word)) return true;
  return text.includes('/') && !'-+@%!{'.includes(text.charAt(0)) && !UNLIKELY_IN_PATHS.test(text);
}

/** Whether a word starts as only a path does: `/…`, `~…`, `./…`, `../…`, or the name of a hidden file. */
export function isAnchored(word: Word): boolean {
  return isRooted(word) || /^\.[A-Za-z_]/.test(word.text);
}

/** The same without hidden files. */
export function isRooted(word: Word): boolean {
  const { text } = word;
  return text.startsWith('/') || isHome(word) || /^\.\.?(?:\/|$)/.test(text);
}

/** `host:path`, `user@host:path`: another machine's. */
export function isRemote(word: Word): boolean {
  const colon = word.text.indexOf(':');
  const slash = word.text.indexOf('/');
  return colon > 0 && (slash < 0 || colon < slash);
}

/** The use of a word that is a path; `undefined` when it is none after all (`-`, a URL, a device). */
export function pathUse(word: Word, access: PathAccess, directory: Directory): PathUse | undefined {
  const url = urlOf(word.text);
  if (url?.protocol === 'file:') return { path: decodePath(url), access: 'read', via: 'command' };
  if (url || ['', '-', '{}'].includes(word.text) || word.text.length > MAX_WORD_LENGTH) return undefined;
  const written = isHome(word) || !word.text.startsWith('~') ? word.text : `./${word.text}`;
  const rooted = written.startsWith('/') || isHome(word);
  if (isDevice(written)) return undefined;
  const path = rooted || directory === undefined ? written : inDirectory(directory, written);
  const use: PathUse = { path, access, via: 'command' };
  const adrift = !rooted && directory === undefined;
  if (adrift || (word.unknownAt !== undefined && !isAnchoredBefore(path, word))) {
    return { ...use, access: 'unknown', unresolved: true };
  }
  return word.globAt === undefined && word.unknownAt === undefined ? use : { ...use, pattern: true };
}

/**
 * Where a shell is after `cd`: `..` takes a name away, as Bash does it, without a look at symlinks.
 * @param from the directory before, not `undefined` unless `to` is absolute
 */
export function changeDirectory(from: Directory, to: Word): Directory {
  if (to.unknownAt !== undefined || to.globAt !== undefined) return undefined;
  const rooted = to.text.startsWith('/') || isHome(to);
  if (!rooted && from === undefined) return undefined;
  const names = (rooted ? to.text : inDirectory(from ?? '', to.text)).split('/');
  const kept: string[] = [];
  for (const [i, name] of names.entries()) {
    const parent = kept.at(-1);
    const fixed = parent === undefined || parent === '..' || (kept.length === 1 && /^(~|$)/.test(parent));
    if (name === '..' && !fixed) kept.pop();
    else if (name !== '.' && (name !== '' || i === 0)) kept.push(name);
  }
  return kept.length === 1 && kept[0] === '' ? '/' : kept.join('/');
}

function inDirectory(directory: string, path: string): string {
  if (directory === '') return path;
  if (path === '.') return directory;
  return `${directory}${directory.endsWith('/') ? '' : '/'}${path}`;
}

/** Whether a path that holds an unknown part starts with a whole name at its root: `/etc/$X`, not `$X/a` or `src/$X`. */
function isAnchoredBefore(path: string, word: Word): boolean {
  if (!path.startsWith('/') && !isHome(word)) return false;
  const known = word.text.slice(0, word.unknownAt);
  return known.indexOf('/', 1) > 0;
}

function isHome(word: Word): boolean {
  return word.homes[0] === 0;
}

function decodePath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return url.pathname;
  }
}

/** Splits `name=value`; the value keeps what is known of its parts. */
export function keyAndValue(word: Word): { readonly key: string; readonly value: Word } | undefined {
  const at = word.text.indexOf('=');
  if (at <= 0 || !/^[-\w.]+$/.test(word.text.slice(0, at))) return undefined;
  return { key: word.text.slice(0, at), value: sliceWord(word, at + 1) };
}
