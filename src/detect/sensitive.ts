/** Finds the sensitive place that a path names, if any; the places themselves are data. */
import type { PathAccess } from '../event/path-use.ts';
import type { FindingLevel } from '../journal/record.ts';
import { matchesName, type Name, nameOf, namesOf } from './name-glob.ts';
import { isWithin } from './resolve-path.ts';
import { CONTROL_PLACES, type OwnPlaces, ownPlaces } from './sensitive-controls.ts';
import type { SensitivePlace } from './sensitive-place.ts';
import { SECRET_PLACES } from './sensitive-secrets.ts';

export interface SensitiveTouch {
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
  const names: PathNames = {
    all: namesOf(path),
    belowHome: home === undefined ? undefined : namesOf(path.slice(home.length)),
  };
  for (const patterned of patternsFor(own)) {
    const { place } = patterned;
    const level = access === 'write' ? place.write : place.read;
    if (level && touches(patterned, names)) return { place: place.id, name: place.name, level };
  }
  return undefined;
}

/** A path taken apart, from the root and from the home it lies in. */
interface PathNames {
  readonly all: readonly Name[];
  readonly belowHome: readonly Name[] | undefined;
}

/** A place's pattern taken apart. */
interface Pattern {
  readonly from: 'root' | 'home' | 'anywhere';
  readonly names: readonly Name[];
  readonly directory: boolean;
}

interface PatternedPlace {
  readonly place: SensitivePlace;
  readonly patterns: readonly Pattern[];
  readonly except: readonly Name[];
}

const patterned = new WeakMap<OwnPlaces, readonly PatternedPlace[]>();

/** All places with their patterns; taking them apart for every path would cost more than all comparing. */
function patternsFor(own: OwnPlaces): readonly PatternedPlace[] {
  const known = patterned.get(own);
  if (known) return known;
  const places = [...ownPlaces(own), ...CONTROL_PLACES, ...SECRET_PLACES];
  const made = places.map((place) => ({
    place,
    patterns: place.at.map(takeApart),
    except: (place.except ?? []).map(nameOf),
  }));
  patterned.set(own, made);
  return made;
}

function takeApart(pattern: string): Pattern {
  const from = pattern.startsWith('/') ? 'root' : pattern.startsWith('~/') ? 'home' : 'anywhere';
  return {
    from,
    names: namesOf(from === 'home' ? pattern.slice(2) : pattern),
    directory: pattern.endsWith('/'),
  };
}

function touches({ patterns, except }: PatternedPlace, names: PathNames): boolean {
  const touched = patterns.some(({ from, names: pattern, directory }) => {
    if (from === 'anywhere') return matchesAnywhere(pattern, names.all, directory);
    const below = from === 'root' ? names.all : names.belowHome;
    return below !== undefined && matchesFrom(pattern, below, directory);
  });
  return touched && !except.some((pattern) => matchesName(pattern, names.all.at(-1)?.text ?? ''));
}

const NO_NAME = nameOf('');

/** `names` starts with the pattern's, and ends there too unless it is a directory's. */
function matchesFrom(pattern: readonly Name[], names: readonly Name[], directory: boolean): boolean {
  if (directory ? names.length < pattern.length : names.length !== pattern.length) return false;
  return matchesAt(0, pattern, names, 1);
}

function matchesAnywhere(pattern: readonly Name[], names: readonly Name[], directory: boolean): boolean {
  if (directory) return names.some((_, start) => matchesAt(start, pattern, names, 3));
  const start = names.length - pattern.length;
  return start >= 0 && matchesAt(start, pattern, names, 3);
}

/** Whether the names from `start` on fit those of the pattern. */
function matchesAt(
  start: number,
  pattern: readonly Name[],
  names: readonly Name[],
  ownCharacters: number,
): boolean {
  let at = start;
  for (const name of pattern) if (!matchesEither(name, names[at++] ?? NO_NAME, ownCharacters)) return false;
  return true;
}

/**
 * Whether a name fits the place's pattern, or is a glob that could stand for the place: one with so many characters of
 * its own, since `*` says nothing. Globs do not match a leading dot.
 */
function matchesEither(pattern: Name, name: Name, ownCharacters: number): boolean {
  if (matchesName(pattern, name.text)) return true;
  if (!name.glob || name.text.replaceAll(/[*?[\]]/g, '').length < ownCharacters) return false;
  return pattern.text.startsWith('.') === name.text.startsWith('.') && matchesName(name, pattern.text);
}
