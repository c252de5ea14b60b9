/** Walks the syntax tree of a command as Bash would run it, keeping the state of each shell on the way. */
import type { Node } from 'web-tree-sitter';
import { assign, declare, noteTest, runLoop } from './bash-assign.ts';
import { noteRedirect, runRedirected } from './bash-redirect.ts';
import { type Input, type Runner, type Shell, subshell, type Walk } from './bash-shell.ts';
import { plainWord, type Word, wordsOf } from './bash-word.ts';

/** Deepest nesting of the syntax tree that is followed. */
const MAX_DEPTH = 200;

/** Most nodes that are visited, code in code not counted; more is no command that anyone wrote. */
const MAX_VISITS = 100_000;

/** Walks through a whole tree; `shell` is what it leaves behind. */
export function walkTree(root: Node, shell: Shell, runner: Runner): void {
  let [depth, visits] = [0, 0];
  const walk: Walk = {
    runner,
    visit(node, shell) {
      if (depth >= MAX_DEPTH || visits >= MAX_VISITS) {
        runner.trail.cut();
        return;
      }
      visits += 1;
      depth += 1;
      visit(node, shell, walk);
      depth -= 1;
    },
    // What stands before `&` runs in a shell of its own
    visitAll({ children }, shell) {
      for (const [i, child] of children.entries()) {
        if (child.isNamed) walk.visit(child, children[i + 1]?.type === '&' ? subshell(shell) : shell);
      }
    },
    words: (nodes, shell) => wordsIn(nodes, shell, walk),
  };
  walk.visit(root, shell);
}

function visit(node: Node, shell: Shell, walk: Walk): void {
  switch (node.type) {
    case 'command':
      runCommand(node, [], shell, walk);
      return;
    case 'redirected_statement':
      for (const before of leading(node)) walk.visit(before, shell);
      runRest(node, shell, walk);
      return;
    case 'file_redirect':
      noteRedirect(node, shell, walk);
      return;
    case 'list':
      for (const part of flatten(node)) walk.visit(part, shell);
      return;
    case 'pipeline':
      for (const before of leading(node.firstNamedChild)) walk.visit(before, shell);
      for (const [i, stage] of node.namedChildren.entries()) runStage(stage, i > 0, shell, walk);
      return;
    case 'subshell':
    case 'command_substitution':
    case 'process_substitution':
    case 'function_definition':
      walk.visitAll(node, subshell(shell));
      return;
    case 'variable_assignment':
      assign(node, shell, walk);
      return;
    case 'declaration_command':
    case 'unset_command':
      declare(node, shell, walk);
      return;
    case 'for_statement':
      runLoop(node, shell, walk);
      return;
    case 'unary_expression':
      noteTest(node, shell, walk);
      return;
    default:
      walk.visitAll(node, shell);
  }
}

/** `a && b || c` nests to the left, as deep as it is long. */
function flatten(node: Node): Node[] {
  const parts: Node[] = [];
  let at: Node | undefined = node;
  while (at?.type === 'list') {
    const [left, ...rest]: Node[] = at.namedChildren;
    parts.push(...rest.toReversed());
    at = left;
  }
  return [...(at ? [at] : []), ...parts.toReversed()];
}

/**
 * In `a && b > c` the grammar takes the redirection, and in `a && b > c | d` the pipe too, for the whole list's, where
 * Bash takes it for the last command's: what runs before that.
 */
function leading(node: Node | null): Node[] {
  const body = node?.type === 'redirected_statement' ? node.childForFieldName('body') : null;
  return body?.type === 'list' ? flatten(body).slice(0, -1) : [];
}

/** A redirected statement, without what leads to it. */
function runRest(node: Node, shell: Shell, walk: Walk): void {
  runRedirected(node, shell, walk, {
    run(body, more, text) {
      const last = body.type === 'list' ? (flatten(body).at(-1) ?? body) : body;
      if (last.type === 'command') runCommand(last, more, shell, walk, text);
      else walk.visit(last, shell);
    },
    pipe: (stage) => runStage(stage, true, shell, walk),
  });
}

/** @param piped another command's output is its input */
function runStage(stage: Node, piped: boolean, shell: Shell, walk: Walk): void {
  const { trail } = walk.runner;
  const before = trail.commands.length;
  if (!piped && stage.type === 'redirected_statement') runRest(stage, subshell(shell), walk);
  else walk.visit(stage, subshell(shell));
  if (piped && trail.commands.slice(before).some(({ runsStdin }) => runsStdin)) trail.trait('pipe-to-shell');
}

/** Parts of a command that are no words of it. */
const NO_WORDS = new Set(['variable_assignment', 'file_redirect', 'herestring_redirect', 'heredoc_redirect']);

/**
 * @param more arguments that the grammar has put elsewhere
 * @param text of a here-document
 */
function runCommand(node: Node, more: readonly Node[], shell: Shell, walk: Walk, text?: string): void {
  const { trail } = walk.runner;
  const before = trail.commands.length;
  let input: Input = text === undefined ? {} : { text };
  const nodes: Node[] = [];
  for (const part of node.namedChildren) {
    if (part.type === 'variable_assignment') assign(part, subshell(shell), walk);
    else if (part.type === 'file_redirect') walk.visit(part, shell);
    else if (part.isError) walk.visitAll(part, shell);
    else if (part.type === 'herestring_redirect') {
      const [word] = walk.words(part.namedChildren.slice(-1), shell);
      if (word) input = { text: word.code };
    } else if (part.type === 'command_name') nodes.push(...part.namedChildren);
    else if (!NO_WORDS.has(part.type)) nodes.push(part);
  }
  const words = walk.words([...nodes, ...more], shell);
  const fetched = trail.commands.slice(before).some(({ network }) => network);
  if (words.length > 0) walk.runner.run(words, shell, { ...input, fetched });
}

function wordsIn(nodes: readonly Node[], shell: Shell, walk: Walk): Word[] {
  const scope = {
    variables: shell.variables,
    nested: (inner: Node) => walk.visit(inner, shell),
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
    const joined =
      node.startIndex - end === 2 && node.tree.rootNode.text.slice(end, node.startIndex) === '\\ ';
    if (joined) groups.at(-1)?.push(node);
    else groups.push([node]);
    end = node.endIndex;
  }
  return groups;
}

function joinWords(words: readonly Word[]): Word {
  const [first] = words;
  const text = words.map((word) => word.text).join(' ');
  const unknown = words.some((word) => word.unknownAt !== undefined);
  return {
    ...plainWord(text),
    homes: first?.homes ?? [],
    ...(unknown && { unknownAt: first?.unknownAt ?? first?.text.length ?? 0 }),
  };
}
