/** Walks the syntax tree of a command as Bash would run it, keeping the state of each shell on the way. */
import type { Node } from 'web-tree-sitter';
import type { PathAccess } from '../event/path-use.ts';
import { looksLikePath } from './bash-paths.ts';
import { type Input, type Runner, type Shell, subshell } from './bash-shell.ts';
import { MAX_WORD_LENGTH, plainWord, sliceWord, valuesOf, type Word, wordsOf } from './bash-word.ts';

/** Deepest nesting of the syntax tree that is followed. */
const MAX_DEPTH = 200;

interface Walk {
  readonly runner: Runner;
  readonly depth: number;
}

/** Walks through a whole tree; `shell` is what it leaves behind. */
export function walkTree(root: Node, shell: Shell, runner: Runner): void {
  visit(root, shell, { runner, depth: 0 });
}

function visit(node: Node, shell: Shell, walk: Walk): void {
  if (walk.depth > MAX_DEPTH) {
    walk.runner.trail.cut();
    return;
  }
  const deeper = { ...walk, depth: walk.depth + 1 };
  switch (node.type) {
    case 'command':
      runCommand(node, [], shell, deeper);
      return;
    case 'redirected_statement':
      runRedirected(node, shell, deeper);
      return;
    case 'file_redirect':
      noteRedirect(node, shell, deeper);
      return;
    case 'list':
      for (const part of flatten(node)) visit(part, shell, deeper);
      return;
    case 'pipeline':
      runPipeline(node, shell, deeper);
      return;
    case 'subshell':
    case 'command_substitution':
    case 'process_substitution':
    case 'function_definition':
      visitAll(node, subshell(shell), deeper);
      return;
    case 'variable_assignment':
      assign(node, shell, deeper);
      return;
    case 'declaration_command':
    case 'unset_command':
      declare(node, shell, deeper);
      return;
    case 'for_statement':
      runLoop(node, shell, deeper);
      return;
    case 'test_command':
      noteTests(node, shell, deeper);
      return;
    default:
      visitAll(node, shell, deeper);
  }
}

/** The children in their order; what stands before `&` runs in a shell of its own. */
function visitAll(node: Node, shell: Shell, walk: Walk): void {
  const { children } = node;
  for (const [i, child] of children.entries()) {
    if (child.isNamed) visit(child, children[i + 1]?.type === '&' ? subshell(shell) : shell, walk);
  }
}

/** `a && b || c` nests to the left, as deep as it is long. */
function flatten(node: Node): Node[] {
  const parts: Node[] = [];
  let at: Node | null = node;
  while (at?.type === 'list') {
    const [left, ...rest]: Node[] = at.namedChildren;
    parts.unshift(...rest);
    at = left ?? null;
  }
  return at ? [at, ...parts] : parts;
}

function runPipeline(node: Node, shell: Shell, walk: Walk): void {
  for (const [i, stage] of node.namedChildren.entries()) {
    visitStage(stage, i > 0, shell, walk);
  }
}

/** @param piped another command's output is its input */
function visitStage(stage: Node, piped: boolean, shell: Shell, walk: Walk): void {
  const { trail } = walk.runner;
  const before = trail.commands.length;
  visit(stage, subshell(shell), walk);
  if (piped && trail.commands.slice(before).some(({ runsStdin }) => runsStdin)) trail.trait('pipe-to-shell');
}

function wordsIn(nodes: readonly Node[], shell: Shell, walk: Walk): Word[] {
  const scope = {
    variables: shell.variables,
    nested: (inner: Node) => visit(inner, shell, walk),
  };
  return joinEscapedBlanks(nodes).flatMap((group) => {
    const [words, ...more] = group.map((node) => wordsOf(node, scope));
    return more.length === 0 ? (words ?? []) : [joinWords([words ?? [], ...more].flat())];
  });
}

/** The grammar ends a concatenation at `\ `, and starts a new argument there. */
function joinEscapedBlanks(nodes: readonly Node[]): Node[][] {
  const groups: Node[][] = [];
  let end = -1;
  for (const node of nodes) {
    const gap = node.startIndex - end;
    const joined = gap === 2 && node.tree.rootNode.text.slice(end, node.startIndex) === '\\ ';
    if (joined) groups.at(-1)?.push(node);
    else groups.push([node]);
    end = node.endIndex;
  }
  return groups;
}

function joinWords(words: readonly Word[]): Word {
  const text = words.map((word) => word.text).join(' ');
  const unknown = words.some((word) => word.unknownAt !== undefined);
  return {
    ...plainWord(text),
    homes: words[0]?.homes ?? [],
    ...(unknown && { unknownAt: words[0]?.unknownAt ?? words[0]?.text.length ?? 0 }),
  };
}

/** Parts of a command that are no words of it. */
const NO_WORDS = new Set(['variable_assignment', 'file_redirect', 'herestring_redirect', 'heredoc_redirect']);

function runCommand(node: Node, more: readonly Node[], shell: Shell, walk: Walk, text?: string): void {
  const { trail } = walk.runner;
  const before = trail.commands.length;
  const parts = node.namedChildren;
  const prefix = parts.filter((part) => part.type === 'variable_assignment');
  for (const assignment of prefix) assign(assignment, subshell(shell), walk);
  let input: Input = text === undefined ? {} : { text };
  for (const part of parts) {
    if (part.type === 'file_redirect') visit(part, shell, walk);
    if (part.type === 'herestring_redirect') {
      const [word] = wordsIn(part.namedChildren.slice(-1), shell, walk);
      if (word) input = { text: word.code };
    }
  }
  const nodes = parts.filter((part) => !NO_WORDS.has(part.type) && !part.isError);
  for (const part of parts) if (part.isError) visitAll(part, shell, walk);
  const words = wordsIn(
    [...nodes.flatMap((part) => (part.type === 'command_name' ? part.namedChildren : [part])), ...more],
    shell,
    walk,
  );
  const fetched = trail.commands.slice(before).some(({ network }) => network);
  if (words.length > 0) walk.runner.run(words, shell, { ...input, fetched });
}

function runRedirected(node: Node, shell: Shell, walk: Walk): void {
  const body = node.childForFieldName('body');
  const redirects = node.namedChildren.filter((child) => child.id !== body?.id);
  const more: Node[] = [];
  const after: (() => void)[] = [];
  let text: string | undefined;
  for (const redirect of redirects) {
    if (redirect.type === 'heredoc_redirect') {
      walk.runner.trail.trait('here-doc');
      text = hereDocument(redirect, more, after, shell, walk);
    } else if (redirect.type === 'herestring_redirect') {
      const [word] = wordsIn(redirect.namedChildren.slice(-1), shell, walk);
      text = word?.code;
    } else {
      visit(redirect, shell, walk);
      if (redirect.type === 'file_redirect') more.push(...surplus(redirect));
    }
  }
  if (body?.type === 'command') runCommand(body, more, shell, walk, text);
  else if (body) visit(body, shell, walk);
  for (const step of after) step();
}

/**
 * Notes what stands in the line of a here-document behind its start: redirects, arguments, the rest of a pipeline or
 * list. The body is text, but for the substitutions in it.
 */
function hereDocument(
  node: Node,
  more: Node[],
  after: (() => void)[],
  shell: Shell,
  walk: Walk,
): string | undefined {
  let text: string | undefined;
  for (const child of node.namedChildren) {
    switch (child.type) {
      case 'heredoc_start':
      case 'heredoc_end':
      case 'file_descriptor':
        break;
      case 'heredoc_body':
        text = child.text;
        for (const inner of child.descendantsOfType('command_substitution')) visit(inner, shell, walk);
        break;
      case 'file_redirect':
        visit(child, shell, walk);
        more.push(...surplus(child));
        break;
      case 'pipeline':
        for (const stage of child.namedChildren) after.push(() => visitStage(stage, true, shell, walk));
        break;
      case 'command':
      case 'list':
      case 'redirected_statement':
        after.push(() => visit(child, shell, walk));
        break;
      default:
        more.push(child);
    }
  }
  return text;
}

const REDIRECT_ACCESS: Readonly<Record<string, PathAccess>> = { '<': 'read', '<&': 'read' };

/** `> file`: only the first destination is one, the grammar takes the words behind it for more. */
function noteRedirect(node: Node, shell: Shell, walk: Walk): void {
  const operator = node.children.find((child) => !child.isNamed)?.type ?? '>';
  const [target] = node.childrenForFieldName('destination');
  if (!target) return;
  // `2>&1`, `>&-`
  if (operator.endsWith('&') && (target.type === 'number' || target.text === '-')) return;
  for (const word of wordsIn([target], shell, walk)) {
    if (/^\/dev\/(?:tcp|udp)\//.test(word.text)) walk.runner.trail.trait('dev-tcp');
    const access = node.text.includes('<>') ? 'write' : (REDIRECT_ACCESS[operator] ?? 'write');
    walk.runner.trail.use(word, access, shell);
  }
}

function surplus(redirect: Node): Node[] {
  return redirect.childrenForFieldName('destination').slice(1);
}

function assign(node: Node, shell: Shell, walk: Walk): void {
  const value = node.childForFieldName('value');
  const name = node.childForFieldName('name');
  const words = value ? wordsIn(value.type === 'array' ? value.namedChildren : [value], shell, walk) : [];
  for (const word of words) noteValue(name?.text ?? '', word, shell, walk);
  if (name?.type !== 'variable_name') return;
  const plain = value && value.type !== 'array' && node.child(1)?.type === '=';
  // Longer values are forgotten: `X=$X$X` doubles each time
  if (plain && words.every((word) => word.text.length <= MAX_WORD_LENGTH)) {
    shell.variables.set(name.text, valuesOf(value, { variables: shell.variables, nested: () => {} }));
  } else shell.variables.delete(name.text);
}

/** A value may be a path; one of `PATH` and its like holds several, where programs are looked for. */
function noteValue(name: string, word: Word, shell: Shell, walk: Walk): void {
  if (!name.endsWith('PATH')) {
    if (looksLikePath(word)) walk.runner.trail.use(word, 'unknown', shell);
    return;
  }
  let at = 0;
  for (const part of word.text.split(':')) {
    const { homes } = sliceWord(word, at);
    const entry = { ...plainWord(part), homes };
    if (looksLikePath(entry) && !part.includes('$')) walk.runner.trail.use(entry, 'execute', shell);
    at += part.length + 1;
  }
}

/** `export A=/x B`, `unset A`: names without a value are forgotten only by `unset`. */
function declare(node: Node, shell: Shell, walk: Walk): void {
  for (const child of node.namedChildren) {
    if (child.type === 'variable_assignment') assign(child, shell, walk);
    else if (node.type === 'unset_command') shell.variables.delete(child.text);
    else if (child.type !== 'variable_name') wordsIn([child], shell, walk);
  }
}

/** `for x in a b`: in the body, `x` may be any of them. */
function runLoop(node: Node, shell: Shell, walk: Walk): void {
  const name = node.childForFieldName('variable')?.text ?? '';
  const values = node.childrenForFieldName('value');
  for (const word of wordsIn(values, shell, walk))
    if (looksLikePath(word)) walk.runner.trail.use(word, 'unknown', shell);
  const scope = { variables: shell.variables, nested: () => {} };
  const options = values.flatMap((value) => valuesOf(value, scope)).slice(0, MAX_LOOP_VALUES);
  if (options.length > 0) shell.variables.set(name, options);
  else shell.variables.delete(name);
  const body = node.childForFieldName('body');
  if (body) visit(body, shell, walk);
}

const MAX_LOOP_VALUES = 32;
const FILE_OPERATORS = /^-[abcdefghkprsuwxLNOGS]$/;

/** `[ -f path ]` and `[[ -e path ]]`; the grammar reads `~/x` in the latter as an operator and a word. */
function noteTests(node: Node, shell: Shell, walk: Walk): void {
  for (const child of node.namedChildren) {
    const operator =
      child.type === 'unary_expression' ? child.childForFieldName('operator')?.text : undefined;
    const operand = child.lastNamedChild;
    if (operator && FILE_OPERATORS.test(operator) && operand) {
      const home = operand.type === 'unary_expression' && operand.text.startsWith('~');
      const words = home ? [{ ...plainWord(operand.text), homes: [0] }] : wordsIn([operand], shell, walk);
      for (const word of words) walk.runner.trail.use(word, 'read', shell);
    } else if (child.type.endsWith('_expression'))
      noteTests(child, shell, { ...walk, depth: walk.depth + 1 });
    else visit(child, shell, walk);
  }
}
