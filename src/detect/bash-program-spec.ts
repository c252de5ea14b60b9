/** The form of the tables of programs. Lists of programs and options are separated by blanks. */
import type { PathAccess } from '../event/path-use.ts';

/**
 * What a word is: a path that is used so, `none` (no path: a pattern, a mode, text), `guess` (a path if it looks like
 * one), `anchored` (a path if it starts with `/`, `~` or `.`, since other words with a slash are names there), `rooted`
 * (the same, but for hidden names), or `mount` (a path up to its first colon).
 */
export type Role = PathAccess | 'none' | 'guess' | 'anchored' | 'rooted' | 'mount';

export interface ProgramSpec {
  /** All operands but those that `first` and `last` speak of. */
  readonly operands: Role;
  readonly first?: Role;
  readonly last?: Role;
  /** Options with which the first operand is like the others: `grep -e`. */
  readonly firstGivenBy?: string;
  /** Options whose value is no path. */
  readonly values?: string;
  /** Options whose value is a path. */
  readonly paths?: Readonly<Partial<Record<Role, string>>>;
  /** Options with which the operands are written: `sed -i`. */
  readonly writesWith?: string;
  /** The option that changes the directory for what follows it: `make -C`. */
  readonly enters?: string;
  /** Words like `host:path` name another machine's files. */
  readonly remote?: true;
  /** Values like `@path` or `name=@path` are read. */
  readonly atFiles?: true;
  /** Options end at the first operand. */
  readonly stop?: true;
  /** A single dash starts a long option: `java -jar`. */
  readonly longDash?: true;
  /** The operands after so many are a command of their own: `sudo`, `timeout 5`. */
  readonly wraps?: number;
}

export type ProgramRow = readonly [programs: string, spec: ProgramSpec];
