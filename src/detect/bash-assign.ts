/** Statements that give variables a value, and tests of files. */
import type { Node } from 'web-tree-sitter';
import { MAX_ALTERNATIVES } from './bash-braces.ts';
import { looksLikePath } from './bash-paths.ts';
import type { Shell, Walk } from './bash-shell.ts';
import { literal, type Token } from './bash-token.ts';
import { MAX_WORD_LENGTH, plainWord, sliceWord, valuesOf, type Word } from './bash-word.ts';

/** Most parts that a variable's value, or values, may have. */
const MAX_VALUE_PARTS = 128;

/** `X=value`: a value that looks like a path is noted, and what is known of it remembered. */
export function assign(node: Node, shell: Shell, walk: Walk): void {
  const value = node.childForFieldName('value');
  const name = node.childForFieldName('name');
  const words = value ? walk.words(value.type === 'array' ? value.namedChildren : [value], shell) : [];
  for (const word of words) noteValue(name?.text ?? '', word, shell, walk);
  if (name?.type !== 'variable_name') return;
  const plain = value && value.type !== 'array' && node.child(1)?.type === '=';
  const fits = words.every((word) => word.text.length <= MAX_WORD_LENGTH);
  const values = plain && fits ? valuesOf(value, { variables: shell.variables, nested: () => {} }) : [];
  const empty = !value && node.text.endsWith('=');
  remember(name.text, empty ? [[literal('')]] : values, shell);
}

/** Values of many parts are forgotten: `X=$X$X` doubles them each time. */
function remember(name: string, values: readonly (readonly Token[])[], shell: Shell): void {
  const known = values.slice(0, MAX_ALTERNATIVES);
  const parts = known.reduce((sum, value) => sum + value.length, 0);
  if (parts > 0 && parts <= MAX_VALUE_PARTS) shell.variables.set(name, known);
  else shell.variables.delete(name);
}

/** The value of `PATH` and its like holds several paths, where programs are looked for. */
function noteValue(name: string, word: Word, shell: Shell, walk: Walk): void {
  const { trail } = walk.runner;
  if (!name.endsWith('PATH')) {
    if (looksLikePath(word)) trail.use(word, 'unknown', shell);
    return;
  }
  let at = 0;
  for (const part of word.text.split(':')) {
    const entry = { ...plainWord(part), homes: sliceWord(word, at).homes };
    if (looksLikePath(entry) && !part.includes('$')) trail.use(entry, 'execute', shell);
    at += part.length + 1;
  }
}

/** `export A=/x B`, `unset A`: names without a value are forgotten only by `unset`. */
export function declare(node: Node, shell: Shell, walk: Walk): void {
  for (const child of node.namedChildren) {
    if (child.type === 'variable_assignment') assign(child, shell, walk);
    else if (node.type === 'unset_command') shell.variables.delete(child.text);
    else if (child.type !== 'variable_name') walk.words([child], shell);
  }
}

/** `for x in a b`: in the body, `x` may be any of them. */
export function runLoop(node: Node, shell: Shell, walk: Walk): void {
  const name = node.childForFieldName('variable')?.text ?? '';
  const values = node.childrenForFieldName('value');
  for (const word of walk.words(values, shell)) {
    if (looksLikePath(word)) walk.runner.trail.use(word, 'unknown', shell);
  }
  const scope = { variables: shell.variables, nested: () => {} };
  remember(
    name,
    values.flatMap((value) => valuesOf(value, scope)),
    shell,
  );
  const body = node.childForFieldName('body');
  if (body) walk.visit(body, shell);
}

const FILE_OPERATORS = /^-[abcdefghkprsuwxLNOGS]$/;

/** `[ -f path ]` and `[[ -e path ]]`; the grammar reads `~/x` in the latter as an operator and a word. */
export function noteTest(node: Node, shell: Shell, walk: Walk): void {
  const operator = node.childForFieldName('operator')?.text ?? '';
  const operand = node.lastNamedChild;
  if (!operand || !FILE_OPERATORS.test(operator)) {
    walk.visitAll(node, shell);
    return;
  }
  const home = operand.type === 'unary_expression' && operand.text.startsWith('~');
  const words = home ? [{ ...plainWord(operand.text), homes: [0] }] : walk.words([operand], shell);
  for (const word of words) walk.runner.trail.use(word, 'read', shell);
}
