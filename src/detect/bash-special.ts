/** Programs whose arguments are a language of their own, and builtins that change the shell. */
import { takeApart } from './bash-arguments.ts';
import { changeDirectory } from './bash-paths.ts';
import type { ProgramSpec } from './bash-program-spec.ts';
import { type Runner, type Shell, subshell } from './bash-shell.ts';
import { plainWord, sliceWord, type Word } from './bash-word.ts';

type Special = (runner: Runner, args: readonly Word[], shell: Shell) => void;

const HOME: Word = { text: '~', code: '~', homes: [0] };

const changeTo: Special = (runner, args, shell) => {
  const target = args.find(({ text }) => !/^-[PLe@]+$/.test(text) && text !== '--') ?? HOME;
  if (target.text === '-') {
    [shell.directory, shell.previous] = [shell.previous, shell.directory];
    return;
  }
  runner.note(target, 'enter', shell);
  [shell.previous, shell.directory] = [shell.directory, changeDirectory(shell.directory, target)];
};

const pushDirectory: Special = (runner, args, shell) => {
  shell.stack.push(shell.directory);
  if (args.length > 0) changeTo(runner, args, shell);
};

const popDirectory: Special = (_runner, _args, shell) => {
  [shell.previous, shell.directory] = [shell.directory, shell.stack.pop()];
};

const evaluate: Special = (runner, args, shell) =>
  runner.script(args.map(({ code }) => code).join(' '), shell);

/** Builtins that give variables values which cannot be known. */
const assignUnknown: Special = (_runner, args, shell) => {
  for (const { text } of args) shell.variables.delete(text);
};

/** `su -c code user` */
const substituteUser: Special = (runner, args, shell) => {
  for (const argument of takeApart(args, { operands: 'none', values: '-c --command -s --shell -g -G' })) {
    if (argument.kind === 'option' && /^(?:-c|--command)$/.test(argument.name) && argument.value) {
      runner.script(argument.value.code, subshell(shell));
    }
  }
};

/** `if=… of=…` */
const copyBlocks: Special = (runner, args, shell) => {
  for (const word of args) {
    const at = word.text.indexOf('=');
    const role = { if: 'read', of: 'write' } as const;
    const key = word.text.slice(0, at);
    if (key === 'if' || key === 'of') runner.note(sliceWord(word, at + 1), role[key], shell);
  }
};

const FILE_TESTS = new Set('-a -b -c -d -e -f -g -h -k -p -r -s -u -w -x -L -N -O -G -S'.split(' '));

/** `test -f path` */
const testFiles: Special = (runner, args, shell) => {
  for (const [i, word] of args.entries()) {
    if (FILE_TESTS.has(args[i - 1]?.text ?? '')) runner.note(word, 'read', shell);
  }
};

const FIND_READS = new Set('-newer -anewer -cnewer -samefile -files0-from'.split(' '));
const FIND_WRITES = new Set('-fprint -fprint0 -fprintf -fls'.split(' '));
const FIND_RUNS = new Set('-exec -execdir -ok -okdir'.split(' '));

const find: Special = (runner, args, shell) => {
  const isExpression = ({ text }: Word): boolean => /^[-(),!]/.test(text);
  let at = 0;
  while (/^-(?:[HLP]|O\d|D)$/.test(args[at]?.text ?? '')) at += args[at]?.text === '-D' ? 2 : 1;
  const start = args.findIndex((word, i) => i >= at && isExpression(word));
  const expression = start < 0 ? [] : args.slice(start);
  const access = expression.some(({ text }) => text === '-delete') ? 'write' : 'search';
  for (const path of args.slice(at, start < 0 ? undefined : start)) runner.note(path, access, shell);
  for (let i = 0; i < expression.length; i++) {
    const name = expression[i]?.text ?? '';
    const value = expression[i + 1];
    if (FIND_RUNS.has(name)) {
      const length = expression.slice(i + 1).findIndex(({ text }) => text === ';' || text === '+');
      const end = length < 0 ? expression.length : i + 1 + length;
      runner.run(expression.slice(i + 1, end), subshell(shell));
      i = end;
    } else if (value && FIND_READS.has(name)) runner.note(value, 'read', shell);
    else if (value && FIND_WRITES.has(name)) runner.note(value, 'write', shell);
  }
};

/** `tar xzf file -C dir`, `tar -czf file members…`; members stand relative to the last `-C`. */
const tar: Special = (runner, args, shell) => {
  const [mode] = args;
  const bare = mode && !mode.text.startsWith('-') ? [plainWord(`-${mode.text}`), ...args.slice(1)] : args;
  const taken = takeApart(bare, {
    operands: 'none',
    values: '-b -H --exclude --transform --strip-components --owner --group --mode',
    paths: { unknown: '-f --file -C --directory', read: '-T --files-from -X --exclude-from' },
  });
  const names = taken.flatMap((argument) => (argument.kind === 'option' ? [argument.name] : []));
  const takesOut = ['-x', '-t', '--extract', '--get', '--list', '-d', '--diff'].some((name) =>
    names.includes(name),
  );
  const inner = subshell(shell);
  for (const argument of taken) {
    if (argument.kind === 'operand') runner.note(argument.word, takesOut ? 'none' : 'read', inner);
    else if (!argument.value) continue;
    else if (['-C', '--directory'].includes(argument.name)) {
      runner.note(argument.value, takesOut ? 'write' : 'enter', inner);
      inner.directory = changeDirectory(inner.directory, argument.value);
    } else {
      const archive = ['-f', '--file'].includes(argument.name);
      // The archive is opened where tar was started, whatever -C says
      runner.note(argument.value, archive && !takesOut ? 'write' : 'read', shell, {
        operands: 'read',
        remote: true,
      });
    }
  }
};

const GIT_GLOBAL: ProgramSpec = {
  operands: 'none',
  values: '-c --namespace --config-env',
  paths: { read: '--git-dir --work-tree --exec-path' },
  stop: true,
  enters: '-C',
};

const GIT_OPTIONS = {
  values: '-m --message -b -B -S --author --format --pretty -n --depth --branch',
} as const;
/** Subcommands whose operands are paths; in all others a path is told from a revision by its start, or by `--`. */
const GIT: Readonly<Record<string, ProgramSpec>> = {
  add: { operands: 'read' },
  stage: { operands: 'read' },
  rm: { operands: 'write' },
  mv: { operands: 'write' },
  clean: { operands: 'write', values: '-e --exclude' },
  restore: { operands: 'write', values: '-s --source' },
  apply: { operands: 'read', values: '-p' },
  am: { operands: 'read' },
  init: { operands: 'write', ...GIT_OPTIONS },
  clone: {
    operands: 'write',
    first: 'anchored',
    values: '-b --branch --depth -o --origin -c -j',
    remote: true,
  },
};
const GIT_WRITES = new Set(['checkout', 'worktree', 'bundle', 'archive', 'format-patch']);

const git: Special = (runner, args, shell) => {
  const inner = subshell(shell);
  const taken = takeApart(args, GIT_GLOBAL);
  for (const argument of taken) {
    if (argument.kind === 'option' && argument.value) {
      runner.note(argument.value, argument.role, inner);
      if (argument.name === '-C') inner.directory = changeDirectory(inner.directory, argument.value);
    }
  }
  const [subcommand, ...rest] = taken.flatMap((argument) =>
    argument.kind === 'operand' ? [argument.word] : [],
  );
  const name = subcommand?.text ?? '';
  const spec = Object.hasOwn(GIT, name) ? GIT[name] : undefined;
  if (spec) {
    runner.noteArguments(spec, rest, inner);
    return;
  }
  const access = GIT_WRITES.has(name) ? 'write' : 'read';
  const dashes = rest.findIndex(({ text }) => text === '--');
  const free = dashes < 0 ? rest : rest.slice(0, dashes);
  const paths = { write: '-o --output', read: '-F --file', enter: '--directory' };
  runner.noteArguments({ operands: 'anchored', ...GIT_OPTIONS, paths }, free, inner);
  for (const path of dashes < 0 ? [] : rest.slice(dashes + 1)) runner.note(path, access, inner);
};

export const SPECIAL_PROGRAMS: ReadonlyMap<string, Special> = new Map([
  ['cd', changeTo],
  ['chdir', changeTo],
  ['pushd', pushDirectory],
  ['popd', popDirectory],
  ['eval', evaluate],
  ['read', assignUnknown],
  ['mapfile', assignUnknown],
  ['readarray', assignUnknown],
  ['su', substituteUser],
  ['dd', copyBlocks],
  ['test', testFiles],
  ['[', testFiles],
  ['find', find],
  ['tar', tar],
  ['bsdtar', tar],
  ['git', git],
]);
