/** Words of a parsed Bash command: from the nodes of the syntax tree to the text that a program would be given. */
import type { Node } from 'web-tree-sitter';
import { expandBraces, MAX_ALTERNATIVES, MAX_PARTS } from './bash-braces.ts';
import { decodeAnsiC, lexUnquoted, literal, type Token, unescapeDoubleQuoted } from './bash-token.ts';

/** Longest word that is taken apart, in UTF-16 units: Linux's PATH_MAX. */
export const MAX_WORD_LENGTH = 4096;

/** One word after expansion, as far as it can be known without running anything. */
export interface Word {
  /** Unknown parts stand in it as `$NAME` or `$(…)`, the home directory as `~`. */
  readonly text: string;
  /** Where the text has a `~` that means a home directory. */
  readonly homes: readonly number[];
  /** Where its first glob or unknown part starts; both absent in a plain word. */
  readonly globAt?: number;
  readonly unknownAt?: number;
  /** The word as code: what `eval` or `sh -c` would parse, its unknown parts as they were written. */
  readonly code: string;
}

/** What a word needs to know of the shell it stands in. */
export interface WordScope {
  /** The values a variable may have, `undefined` when nothing is known of it. */
  readonly variables: ReadonlyMap<string, readonly (readonly Token[])[]>;
  /** Called with each command or process substitution inside the word. */
  nested(node: Node): void;
}

type Alternatives = readonly (readonly Token[])[];

/** The words that a node stands for: one, or several through braces, a loop variable or word splitting. */
export function wordsOf(node: Node, scope: WordScope): Word[] {
  return alternativesOf(node, scope).flatMap(expandBraces).flatMap(assemble);
}

/** The values of an assignment, to be remembered: braces are not expanded there. */
export function valuesOf(node: Node, scope: WordScope): Alternatives {
  return alternativesOf(node, scope).map((tokens) =>
    tokens.map((token) => (token.kind === 'brace' ? literal(token.text) : token)),
  );
}

/** A word that was not parsed from a node, as it stands. */
export function plainWord(text: string): Word {
  return { text, homes: [], code: text };
}

/** The word without its first `length` units, e.g. the value of `--file=value`. */
export function sliceWord(word: Word, length: number): Word {
  const moved = (at: number | undefined) => (at === undefined ? undefined : Math.max(0, at - length));
  const [globAt, unknownAt] = [moved(word.globAt), moved(word.unknownAt)];
  return {
    text: word.text.slice(length),
    code: word.code.slice(length),
    homes: word.homes.map((at) => at - length).filter((at) => at >= 0),
    ...(globAt !== undefined && { globAt }),
    ...(unknownAt !== undefined && { unknownAt }),
  };
}

/** What a word says when every part of it is known. */
export function knownText(word: Word | undefined): string | undefined {
  return word?.unknownAt === undefined ? word?.text : undefined;
}

/** The outermost command substitutions below a node; those inside them are met when they are visited. */
export function substitutionsIn(node: Node): Node[] {
  let end = -1;
  return node.descendantsOfType('command_substitution').filter((inner) => {
    const outermost = inner.startIndex >= end;
    if (outermost) end = inner.endIndex;
    return outermost;
  });
}

const one = (...tokens: Token[]): Alternatives => [tokens];

function alternativesOf(node: Node, scope: WordScope, quoted = false, first = true): Alternatives {
  switch (node.type) {
    case 'concatenation':
      return product(node.children.map((child, i) => alternativesOf(child, scope, quoted, first && i === 0)));
    case 'string':
    case 'translated_string':
      return stringAlternatives(node, scope);
    case 'raw_string':
      return one(literal(node.text.slice(1, -1)));
    case 'ansi_c_string':
      return one(literal(decodeAnsiC(node.text.slice(2, -1))));
    case 'simple_expansion':
    case 'expansion':
      return variableAlternatives(node, scope, quoted);
    case 'command_substitution':
      scope.nested(node);
      return isPwd(node) ? one(literal('.')) : one({ kind: 'unknown', text: '$(…)', source: node.text });
    case 'process_substitution':
      scope.nested(node);
      return one(literal('/dev/fd/63'));
    case 'arithmetic_expansion':
      for (const inner of substitutionsIn(node)) scope.nested(inner);
      return one({ kind: 'unknown', text: '$((…))', source: node.text });
    case 'brace_expression':
    case 'extglob_pattern':
      return one({ kind: 'glob', text: node.text });
    default:
      return one(...lexUnquoted(node.text, first));
  }
}

/** Parts of a double-quoted string. The grammar leaves some white space out of the nodes, so gaps are text too. */
function stringAlternatives(node: Node, scope: WordScope): Alternatives {
  const parts: Alternatives[] = [];
  const { text } = node;
  let at = node.startIndex + text.indexOf('"') + 1;
  const slice = (to: number): string => text.slice(at - node.startIndex, to - node.startIndex);
  for (const child of node.children) {
    if (!child.isNamed || child.type === 'string_content') continue;
    const start = child.startIndex + Math.max(0, child.text.search(/\S/));
    if (start > at) parts.push(one(literal(unescapeDoubleQuoted(slice(start)))));
    parts.push(alternativesOf(child, scope, true, parts.length === 0 && start === at));
    at = child.endIndex;
  }
  const end = node.endIndex - (text.endsWith('"') ? 1 : 0);
  if (end > at) parts.push(one(literal(unescapeDoubleQuoted(slice(end)))));
  return product(parts);
}

function variableAlternatives(node: Node, scope: WordScope, quoted: boolean): Alternatives {
  const [name, operator, ...rest] = node.namedChildren;
  const source = node.text.trimStart();
  const unknown: Token = { kind: 'unknown', text: source, source };
  for (const inner of substitutionsIn(node)) scope.nested(inner);
  if (name?.type !== 'variable_name') return one(unknown);
  const known = scope.variables.get(name.text);
  if (node.type === 'expansion' && node.childCount > 3) {
    const fallback = ['-', ':-', '=', ':='].includes(node.child(2)?.text ?? '') && (operator ?? rest[0]);
    if (!fallback || source.length > MAX_WORD_LENGTH) return one(unknown);
    return [[unknown], ...(known ?? alternativesOf(fallback, { ...scope, nested: () => {} }, quoted))];
  }
  if (known) return quoted ? known : known.map(splitFields);
  if (name.text === 'HOME') return one({ kind: 'home', source });
  return name.text === 'PWD' ? one(literal('.')) : one(unknown);
}

/** An unquoted variable is split at white space. */
function splitFields(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token): Token[] => {
    if (token.kind !== 'text') return [token];
    return token.text
      .split(/\s+/)
      .flatMap((field, i): Token[] => (i === 0 ? [literal(field)] : [{ kind: 'split' }, literal(field)]));
  });
}

function isPwd(node: Node): boolean {
  return node.namedChildCount === 1 && node.namedChild(0)?.text === 'pwd';
}

/** Every combination of the parts' alternatives; of a word with very many parts only the first. */
function product(parts: readonly Alternatives[]): Alternatives {
  if (parts.length > MAX_PARTS || parts.every((part) => part.length === 1)) {
    return [parts.flatMap((part) => part[0] ?? [])];
  }
  let result: Alternatives = [[]];
  for (const part of parts) {
    result = result.flatMap((head) => part.map((tail) => [...head, ...tail])).slice(0, MAX_ALTERNATIVES);
  }
  return result;
}

function assemble(tokens: readonly Token[]): Word[] {
  const words: Word[] = [];
  let draft = { text: '', code: '', homes: new Array<number>() };
  let marks: { globAt?: number; unknownAt?: number } = {};
  const finish = (): void => {
    words.push({ ...draft, ...marks });
    draft = { text: '', code: '', homes: [] };
    marks = {};
  };
  for (const token of tokens) {
    const at = draft.text.length;
    if (token.kind === 'split') {
      finish();
      continue;
    }
    if (token.kind === 'home') draft.homes.push(at);
    if (token.kind === 'glob') marks.globAt ??= at;
    if (token.kind === 'unknown') marks.unknownAt ??= at;
    draft.text += token.kind === 'home' ? '~' : token.text;
    draft.code += 'source' in token ? token.source : token.text;
  }
  finish();
  return words;
}
