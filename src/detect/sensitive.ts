/** Finds the sensitive place that a path names, if any; the places themselves are data. */
import { posix } from 'node:path';
import type { PathAccess } from '../event/path-use.ts';
import type { FindingLevel } from '../journal/record.ts';
import { isWithin } from './resolve-path.ts';
import { CONTROL_PLACES, type OwnPlaces, ownPlaces } from './sensitive-controls.ts';
import type { SensitivePlace } from './sensitive-place.ts';
import { SECRET_PLACES } from './sensitive-secrets.ts';

interface SensitiveTouch {
  /** Id of the place. */
  readonly place: string;
  /** What it is, in words. */
  readonly name: string;
  readonly level: FindingLevel;
}

const OTHER_HOMES = /^(?:\/root|\/home\/[^/]+|\/Users\/[^/]+)(?=\/|$)/;

/**
 * The place that `path` touches with this access, or `undefined`.
 * @param path absolute and normalised; globs in it match the names of places they could stand for
 */
export function sensitivePlace(path: string, access: PathAccess, own: OwnPlaces): SensitiveTouch | undefined {
  const home = isWithin(path, own.home) ? own.home : OTHER_HOMES.exec(path)?.[0];
  for (const place of [...ownPlaces(own), ...CONTROL_PLACES, ...SECRET_PLACES]) {
    const level = access === 'write' ? place.write : place.read;
    if (level && touches(place, path, home)) return { place: place.id, name: place.name, level };
  }
  return undefined;
}

function touches(place: SensitivePlace, path: string, home: string | undefined): boolean {
  const name = posix.basename(path);
  if (place.except?.some((pattern) => matchesName(pattern, name))) return false;
  return place.at.some((pattern) => {
    if (pattern.startsWith('/')) return matchesFrom(namesOf(pattern), namesOf(path), pattern.endsWith('/'));
    if (!pattern.startsWith('~/'))
      return matchesAnywhere(namesOf(pattern), namesOf(path), pattern.endsWith('/'));
    if (home === undefined) return false;
    return matchesFrom(namesOf(pattern.slice(2)), namesOf(path.slice(home.length)), pattern.endsWith('/'));
  });
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');

/** `names` starts with the pattern's, and ends there too unless it is a directory's. */
function matchesFrom(pattern: readonly string[], names: readonly string[], directory: boolean): boolean {
  if (directory ? names.length < pattern.length : names.length !== pattern.length) return false;
  return pattern.every((name, i) => matchesEither(name, names[i] ?? '', 1));
}

function matchesAnywhere(pattern: readonly string[], names: readonly string[], directory: boolean): boolean {
  const starts = directory ? names.map((_, i) => i) : [names.length - pattern.length];
  return starts.some(
    (start) => start >= 0 && pattern.every((name, i) => matchesEither(name, names[start + i] ?? '', 3)),
  );
}

/**
 * Whether a name fits the place's pattern, or is a glob that could stand for the place: one with so many characters of
 * its own, since `*` says nothing. Globs do not match a leading dot.
 */
function matchesEither(pattern: string, name: string, ownCharacters: number): boolean {
  if (matchesName(pattern, name)) return true;
  if (!/[*?[]/.test(name) || name.replaceAll(/[*?[\]]/g, '').length < ownCharacters) return false;
  return pattern.startsWith('.') === name.startsWith('.') && matchesName(name, pattern);
}

/** Whether a name fits a pattern of `*`, `?` and `[…]`. At worst as many steps as the product of the lengths. */
function matchesName(pattern: string, name: string): boolean {
  if (!/[*?[]/.test(pattern)) return pattern === name;
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    const step = pattern[p] === '*' ? 0 : stepOver(pattern, p, name.charAt(n));
    if (step > 0) {
      p += step;
      n += 1;
    } else if (pattern[p] === '*') {
      star = p;
      mark = n;
      p += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** How long the part of the pattern at `at` is that fits `char`; 0 when it does not fit. A set is taken as any character. */
function stepOver(pattern: string, at: number, char: string): number {
  if (pattern[at] === '?') return 1;
  if (pattern[at] === '[') {
    const end = pattern.indexOf(']', at + 2);
    if (end > 0) return end - at + 1;
  }
  return pattern[at] === char ? 1 : 0;
}
