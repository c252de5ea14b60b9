/** Redirections: files that are read and written, and the text of here-documents. */
import type { Node } from 'web-tree-sitter';
import type { Shell, Walk } from './bash-shell.ts';
import { substitutionsIn } from './bash-word.ts';

/** How the parts around a redirection are run. */
interface Around {
  /** The command, with arguments that stand behind a redirection, and the text it reads. */
  run(body: Node, more: readonly Node[], text?: string): void;
  /** A later stage of the pipeline that a here-document's command stands in. */
  pipe(stage: Node): void;
}

/** A statement with redirections behind it. */
export function runRedirected(node: Node, shell: Shell, walk: Walk, around: Around): void {
  const body = node.childForFieldName('body');
  const more: Node[] = [];
  const after: (() => void)[] = [];
  let text: string | undefined;
  for (const redirect of node.namedChildren) {
    if (redirect.id === body?.id) continue;
    if (redirect.type === 'heredoc_redirect') {
      walk.runner.trail.trait('here-doc');
      text = hereDocument(redirect, more, after, shell, walk, around);
    } else if (redirect.type === 'herestring_redirect') {
      text = walk.words(redirect.namedChildren.slice(-1), shell)[0]?.code;
    } else {
      walk.visit(redirect, shell);
      if (redirect.type === 'file_redirect') more.push(...surplus(redirect));
    }
  }
  if (body) around.run(body, more, text);
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
  around: Around,
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
        for (const inner of substitutionsIn(child)) walk.visit(inner, shell);
        break;
      case 'file_redirect':
        walk.visit(child, shell);
        more.push(...surplus(child));
        break;
      case 'pipeline':
        for (const stage of child.namedChildren) after.push(() => around.pipe(stage));
        break;
      case 'command':
      case 'list':
      case 'redirected_statement':
        after.push(() => walk.visit(child, shell));
        break;
      default:
        more.push(child);
    }
  }
  return text;
}

/** `> file`, `2>&1`, `<> file`. */
export function noteRedirect(node: Node, shell: Shell, walk: Walk): void {
  const operator = node.children.find((child) => !child.isNamed)?.type ?? '>';
  const [target] = node.childrenForFieldName('destination');
  if (!target || (operator.endsWith('&') && (target.type === 'number' || target.text === '-'))) return;
  const access = operator.startsWith('<') && !node.text.includes('<>') ? 'read' : 'write';
  for (const word of walk.words([target], shell)) {
    if (/^\/dev\/(?:tcp|udp)\//.test(word.text)) walk.runner.trail.trait('dev-tcp');
    walk.runner.trail.use(word, access, shell);
  }
}

/**
 * Only the first destination is one; the words behind it, which the grammar takes for more, are arguments. A number is
 * the descriptor of a further redirection.
 */
function surplus(redirect: Node): Node[] {
  return redirect
    .childrenForFieldName('destination')
    .slice(1)
    .filter((node) => node.type !== 'number');
}
