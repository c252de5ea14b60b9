/**
 * What common programs do with their arguments: which operands and options name files, and what happens to those. A
 * program that stands in no table is judged by the looks of its words.
 */
import type { ProgramSpec } from './bash-program-spec.ts';
import { FILE_PROGRAMS } from './bash-programs-files.ts';
import { OTHER_PROGRAMS } from './bash-programs-others.ts';

const SPECS = new Map(
  [...FILE_PROGRAMS, ...OTHER_PROGRAMS].flatMap(([programs, spec]) =>
    programs.split(' ').map((program): [string, ProgramSpec] => [program, spec]),
  ),
);
const UNKNOWN_PROGRAM: ProgramSpec = { operands: 'guess' };

/** The table's row for a program, by base name; words of a program without one are guessed at. */
export function programSpec(program: string): ProgramSpec {
  return SPECS.get(program) ?? UNKNOWN_PROGRAM;
}

export const SHELLS = new Set('sh bash zsh dash ksh ash fish rbash'.split(' '));
export const INTERPRETERS = new Set(
  'python python2 python3 pypy3 node nodejs deno bun perl ruby php lua Rscript osascript pwsh'.split(' '),
);
export const NETWORK_TOOLS = new Set(
  'curl wget nc ncat netcat socat telnet ftp sftp scp ssh rsync aria2c http https httpie lynx w3m'.split(' '),
);
