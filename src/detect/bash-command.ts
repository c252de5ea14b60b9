/** What a Bash command does, as far as its text tells: programs, paths, remarkable traits. Nothing is run. */
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Language, type Node, Parser, type Tree } from 'web-tree-sitter';
import type { PathUse } from '../event/path-use.ts';
import { createRunner } from './bash-run.ts';
import { createTrail, newShell, type Shell, type Trail } from './bash-shell.ts';
import { walkTree } from './bash-tree.ts';

/** The grammar as `npm run build` lays it beside `src/` and `dist/`. */
const GRAMMAR_FILE = fileURLToPath(new URL('../../assets/tree-sitter-bash.wasm', import.meta.url));

/**
 * V8's optimising compiler would take 470 MiB and half a second of CPU for the grammar's one huge function, at the first
 * command. Without it short commands take as long as before, the longest at most twice as long.
 */
const BASELINE_COMPILER_ONLY = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

/** Longest text that is parsed, in UTF-16 units. */
const MAX_COMMAND_LENGTH = 65_536;
/** What is still parsed of a text that took too long. */
const FALLBACK_LENGTH = 2048;
/** Deepest nesting of code in code: `bash -c "eval '…'"`. */
const MAX_SCRIPT_DEPTH = 4;
/** Commands whose analysis is remembered, and their longest: each one soon comes again with the next event of its call. */
const MAX_REMEMBERED = 16;
const MAX_REMEMBERED_LENGTH = 4096;
/** Longest time for one parse; garbage of many kilobytes would take longer. */
const MAX_PARSE_MILLIS = 200;

export interface BashAnalysis {
  /** All of it was understood; when false, the rest says what could be had. */
  readonly parsed: boolean;
  /** Base names of the programs of all simple commands, those inside wrappers and substitutions included. */
  readonly programs: readonly string[];
  readonly uses: readonly PathUse[];
  /** See `bash-traits.ts`; besides `pipe-to-shell`, `here-doc`, `dev-tcp`, `metadata-service`. */
  readonly traits: readonly string[];
}

export interface BashAnalyser {
  /** Never throws for any string. */
  analyse(command: string): BashAnalysis;
}

let parser: Parser | undefined;

/** Loads the grammar (some 20 ms, the first time) and returns an analyser that can be used for ever after. */
export async function createBashAnalyser(): Promise<BashAnalyser> {
  // One a process: WebAssembly gives back nothing of the 1.3 MB that each load takes, and a parse ends before the next.
  const shared = (parser ??= await loadParser());
  return remembering((command) => analyse(shared, command));
}

async function loadParser(): Promise<Parser> {
  for (const flag of BASELINE_COMPILER_ONLY) setFlagsFromString(flag);
  await Parser.init();
  return new Parser().setLanguage(await Language.load(GRAMMAR_FILE));
}

/** The analysis depends on nothing but the command, unless time ran out. */
function remembering(analyse: (command: string) => BashAnalysis): BashAnalyser {
  const known = new Map<string, BashAnalysis>();
  return {
    analyse(command) {
      const analysis = known.get(command) ?? analyse(command);
      if (!analysis.parsed || command.length > MAX_REMEMBERED_LENGTH) return analysis;
      known.delete(command);
      known.set(command, analysis);
      if (known.size > MAX_REMEMBERED) known.delete(known.keys().next().value ?? command);
      return analysis;
    },
  };
}

function analyse(parser: Parser, command: string): BashAnalysis {
  const trail = createTrail();
  let depth = 0;
  const script = (code: string, shell: Shell): void => {
    if (depth >= MAX_SCRIPT_DEPTH) {
      trail.cut();
      return;
    }
    depth += 1;
    parse(parser, code, trail, (root) => walkTree(root, shell, runner));
    depth -= 1;
  };
  const runner = createRunner(trail, script);
  script(command, newShell());
  const { whole, ...found } = trail.result();
  return { parsed: whole, ...found };
}

/**
 * Parses code and hands out its tree. What takes too long is given up but for its beginning. NUL, which no command
 * can hold, makes the parser's time grow with the square of the length.
 */
function parse(parser: Parser, code: string, trail: Trail, use: (root: Node) => void): void {
  const text = code.slice(0, MAX_COMMAND_LENGTH).replaceAll('\0', ' ');
  const whole = parseInTime(parser, text);
  const tree = whole ?? parseInTime(parser, text.slice(0, FALLBACK_LENGTH));
  if (!tree) {
    trail.cut();
    return;
  }
  try {
    if (!whole || tree.rootNode.hasError || text !== code) trail.cut();
    use(tree.rootNode);
  } finally {
    tree.delete();
  }
}

function parseInTime(parser: Parser, text: string): Tree | null {
  const deadline = performance.now() + MAX_PARSE_MILLIS;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (!tree) parser.reset();
  return tree;
}
