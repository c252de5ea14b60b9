/** Runs simple commands in mind: which programs, which paths, and what they do to the shell. */
import { type Argument, takeApart } from './bash-arguments.ts';
import { changeDirectory, isAnchored, isRemote, isRooted, keyAndValue, looksLikePath } from './bash-paths.ts';
import type { ProgramSpec, Role } from './bash-program-spec.ts';
import { INTERPRETERS, NETWORK_TOOLS, programSpec, SHELLS } from './bash-programs.ts';
import { type Input, type Runner, type Shell, subshell, type Trail } from './bash-shell.ts';
import { SPECIAL_PROGRAMS } from './bash-special.ts';
import { traitsOf } from './bash-traits.ts';
import { knownText, sliceWord, type Word } from './bash-word.ts';
import { namesMetadataService } from './network.ts';

/** Most commands like `sudo` around one. */
const MAX_WRAPPED = 16;

/** @param script what to do with code inside a command */
export function createRunner(trail: Trail, script: (code: string, shell: Shell) => void): Runner {
  const runner: Runner = {
    trail,
    script,
    run: (words, shell, input = {}) => run(runner, words, shell, input),
    note: (word, role, shell, spec) => note(trail, word, role, shell, spec),
    noteArguments: (spec, args, shell) => noteArguments(runner, spec, args, shell),
  };
  return runner;
}

function run(runner: Runner, words: readonly Word[], shell: Shell, input: Input): void {
  const { trail } = runner;
  const [name, ...args] = words;
  const path = knownText(name);
  for (const arg of args) {
    if (namesMetadataService(arg.text)) trail.trait('metadata-service');
    if (arg.text.startsWith('file://')) trail.use(arg, 'read', shell);
  }
  if (!name || !path) {
    for (const arg of args) runner.note(arg, 'guess', shell);
    return;
  }
  const program = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('/') && !path.startsWith('@')) trail.use(name, 'execute', shell);
  const spec = programSpec(program);
  const network = NETWORK_TOOLS.has(program);
  if (!trail.ran({ program, network, runsStdin: readsProgram(program, args, spec) })) return;
  const texts = args.map(({ text }) => text);
  for (const trait of traitsOf(program, texts)) trail.trait(trait);
  const evaluates =
    SHELLS.has(program) || INTERPRETERS.has(program) || ['eval', 'source', '.'].includes(program);
  if (evaluates && input.fetched) trail.trait('pipe-to-shell');

  const special = SPECIAL_PROGRAMS.get(program);
  if (special) special(runner, args, shell);
  else if (SHELLS.has(program)) runShell(runner, args, shell, input);
  else if (spec.wraps !== undefined) wrap(runner, program, spec, args, shell, input);
  else noteArguments(runner, spec, args, shell);
}

function noteArguments(runner: Runner, spec: ProgramSpec, args: readonly Word[], shell: Shell): void {
  const taken = takeApart(args, spec);
  const writes = given(taken, spec.writesWith);
  const inner = subshell(shell);
  const operands = taken.flatMap((argument) => (argument.kind === 'operand' ? [argument.word] : []));
  // `sed -i '' script`: the value of BSD's -i
  if (writes && operands[0]?.text === '') operands.shift();
  for (const argument of taken) if (argument.kind === 'option') noteOption(runner, spec, argument, inner);
  const first = given(taken, spec.firstGivenBy) ? undefined : spec.first;
  const last = given(taken, spec.paths?.write) ? undefined : spec.last;
  for (const [i, word] of operands.entries()) {
    const isLast = i === operands.length - 1 && i > 0;
    const role = i === 0 && first ? first : isLast && last ? last : spec.operands;
    runner.note(word, writes && role === 'read' ? 'write' : role, inner, spec);
  }
}

function noteOption(
  runner: Runner,
  spec: ProgramSpec,
  option: Extract<Argument, { kind: 'option' }>,
  shell: Shell,
): void {
  if (!option.value) return;
  runner.note(option.value, option.role, shell, spec);
  if (spec.enters?.split(' ').includes(option.name))
    shell.directory = changeDirectory(shell.directory, option.value);
}

function note(trail: Trail, word: Word, role: Role, shell: Shell, spec: ProgramSpec | undefined): void {
  if (role === 'none') {
    const at = spec?.atFiles && !word.text.includes('\n') ? /^(?:[\w-]+=)?@(?=.)/.exec(word.text) : undefined;
    if (at) trail.use(sliceWord(word, at[0].length), 'read', shell);
  } else if (role === 'guess') {
    const value = keyAndValue(word)?.value;
    if (looksLikePath(word)) trail.use(word, 'unknown', shell);
    else if (value && looksLikePath(value)) trail.use(value, 'unknown', shell);
  } else if (role === 'anchored') {
    if (isAnchored(word) && looksLikePath(word)) trail.use(word, 'unknown', shell);
  } else if (role === 'rooted') {
    if (isRooted(word)) trail.use(word, 'unknown', shell);
  } else if (role === 'mount') {
    const end = word.text.indexOf(':');
    const source = end < 0 ? word : { ...word, text: word.text.slice(0, end) };
    if (isRooted(source)) trail.use(source, 'write', shell);
  } else if (!(spec?.remote && isRemote(word))) trail.use(word, role, shell);
}

const TAKES_ASSIGNMENTS = new Set(['env', 'sudo', 'doas']);

/** `sudo -u x cmd`, `env A=1 cmd`, `timeout 5 cmd`, `xargs cmd`: the command inside. */
function wrap(
  runner: Runner,
  program: string,
  spec: ProgramSpec,
  args: readonly Word[],
  shell: Shell,
  input: Input,
): void {
  const inner = subshell(shell);
  const words: Word[] = [];
  for (const argument of takeApart(args, spec)) {
    if (argument.kind === 'operand') words.push(argument.word);
    // `command -v x` only asks
    else if (program === 'command' && /^-[vV]$/.test(argument.name)) return;
    else noteOption(runner, spec, argument, inner);
  }
  for (const word of words.splice(0, spec.wraps)) runner.note(word, spec.operands, inner);
  for (let [first] = words; first && TAKES_ASSIGNMENTS.has(program); [first] = words) {
    const assignment = keyAndValue(first);
    if (!assignment) break;
    if (!assignment.key.endsWith('PATH')) runner.note(assignment.value, 'guess', inner);
    words.shift();
  }
  const [only] = words;
  const wrapped = (input.wrapped ?? 0) + 1;
  if (wrapped > MAX_WRAPPED) runner.trail.cut();
  else if (program === 'watch' && words.length === 1 && only) runner.script(only.code, inner);
  // `command cd x` changes the shell itself
  else runner.run(words, ['command', 'builtin'].includes(program) ? shell : inner, { ...input, wrapped });
}

/** `sh script`, `sh -c code`, `sh <<EOF`. */
function runShell(runner: Runner, args: readonly Word[], shell: Shell, input: Input): void {
  const taken = takeApart(args, SHELL_SPEC);
  const operands = taken.flatMap((argument) => (argument.kind === 'operand' ? [argument.word] : []));
  for (const argument of taken)
    if (argument.kind === 'option') noteOption(runner, SHELL_SPEC, argument, shell);
  const [first, ...rest] = operands;
  if (given(taken, '-s')) {
    if (input.text !== undefined) runner.script(input.text, subshell(shell));
  } else if (given(taken, '-c')) {
    if (first) runner.script(first.code, subshell(shell));
  } else if (first) runner.note(first, 'execute', shell);
  else if (input.text !== undefined) runner.script(input.text, subshell(shell));
  for (const word of rest) runner.note(word, 'guess', shell);
}

const SHELL_SPEC: ProgramSpec = {
  operands: 'guess',
  values: '-o -O',
  paths: { read: '--rcfile --init-file' },
  stop: true,
};

/** Whether one of the options, separated by blanks, is there. */
function given(taken: readonly Argument[], options: string | undefined): boolean {
  return taken.some((argument) => argument.kind === 'option' && options?.split(' ').includes(argument.name));
}

/** Whether a shell or interpreter is given neither a script nor code, so that it runs what it reads. */
function readsProgram(program: string, args: readonly Word[], spec: ProgramSpec): boolean {
  if (!SHELLS.has(program) && !INTERPRETERS.has(program)) return false;
  const shell = SHELLS.has(program);
  const taken = takeApart(args, shell ? SHELL_SPEC : spec);
  if (shell && given(taken, '-s')) return true;
  if (given(taken, shell ? '-c' : spec.firstGivenBy)) return false;
  const operand = taken.find((argument) => argument.kind === 'operand');
  return operand === undefined || ['-', '/dev/stdin', '/dev/fd/0'].includes(operand.word.text);
}
