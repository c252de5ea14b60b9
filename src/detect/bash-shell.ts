/** The state of a shell while its commands are walked through, and what is found on the way. */
import type { PathAccess, PathUse } from '../event/path-use.ts';
import { type Directory, pathUse } from './bash-paths.ts';
import type { ProgramSpec, Role } from './bash-program-spec.ts';
import type { Node } from 'web-tree-sitter';
import type { Token } from './bash-token.ts';
import type { Word } from './bash-word.ts';

/** Most uses and programs that are kept of one command. */
const MAX_USES = 256;
const MAX_PROGRAMS = 64;
/** Most simple commands that are looked at. */
const MAX_COMMANDS = 1024;

export interface Shell {
  directory: Directory;
  previous: Directory;
  /** `pushd` and `popd`. */
  readonly stack: Directory[];
  readonly variables: Map<string, readonly (readonly Token[])[]>;
}

export function newShell(): Shell {
  return { directory: '', previous: undefined, stack: [], variables: new Map() };
}

/** A subshell: it starts with what its parent has, and changes nothing there. */
export function subshell(shell: Shell): Shell {
  return { ...shell, stack: [...shell.stack], variables: new Map(shell.variables) };
}

/** What one simple command is, for judging the pipeline it stands in. */
export interface Ran {
  readonly program: string;
  readonly network: boolean;
  /** It takes its program text from standard input. */
  readonly runsStdin: boolean;
}

export interface Trail {
  /** Notes a word that is a path. */
  use(word: Word, access: PathAccess, shell: Shell): void;
  trait(name: string): void;
  /** Notes a simple command; false when there were too many. */
  ran(command: Ran): boolean;
  /** The commands so far, oldest first. */
  readonly commands: readonly Ran[];
  /** Something was left out by a limit. */
  cut(): void;
  result(): {
    readonly programs: string[];
    readonly uses: PathUse[];
    readonly traits: string[];
    readonly whole: boolean;
  };
}

/** What else a command is given. */
export interface Input {
  /** Text of its here-document or here-string. */
  readonly text?: string;
  /** Its words hold the output of a network tool. */
  readonly fetched?: boolean;
  /** How many commands like `sudo` and `env` stand around it. */
  readonly wrapped?: number;
}

export interface Runner {
  readonly trail: Trail;
  /** Runs one simple command; `words` are its name and arguments. */
  run(words: readonly Word[], shell: Shell, input?: Input): void;
  /** Parses and walks through code: `eval`, `sh -c`. */
  script(code: string, shell: Shell): void;
  /** Notes a word if its role makes it a path. */
  note(word: Word, role: Role, shell: Shell, spec?: ProgramSpec): void;
  /** Notes options and operands as the table says. */
  noteArguments(spec: ProgramSpec, args: readonly Word[], shell: Shell): void;
}

/** A walk through a syntax tree. */
export interface Walk {
  readonly runner: Runner;
  visit(node: Node, shell: Shell): void;
  /** The children in their order. */
  visitAll(node: Node, shell: Shell): void;
  /** The words that nodes stand for, after a visit to the substitutions in them. */
  words(nodes: readonly Node[], shell: Shell): Word[];
}

/** Collects what a walk finds, each thing once. */
export function createTrail(): Trail {
  const uses = new Map<string, PathUse>();
  const programs = new Set<string>();
  const traits = new Set<string>();
  const commands: Ran[] = [];
  let whole = true;
  return {
    commands,
    use(word, access, shell) {
      const use = pathUse(word, access, shell.directory);
      if (!use) return;
      const key = `${use.access} ${use.path}`;
      if (uses.size < MAX_USES || uses.has(key)) uses.set(key, use);
      else whole = false;
    },
    trait: (name) => void traits.add(name),
    ran(command) {
      if (commands.length >= MAX_COMMANDS) {
        whole = false;
        return false;
      }
      commands.push(command);
      if (programs.size < MAX_PROGRAMS) programs.add(command.program);
      return true;
    },
    cut() {
      whole = false;
    },
    result: () => ({ programs: [...programs], uses: [...uses.values()], traits: [...traits], whole }),
  };
}
