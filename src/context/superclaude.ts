/**
 * SuperClaude context: the command, personas and flags with which a prompt began. Names come from a closed list, since a
 * prompt is content: an unknown flag could be anything a user typed. Source: SuperClaude's COMMANDS.md and FLAGS.md.
 */
import type { AtelRecord } from '../journal/record.ts';

export type SuperClaude = NonNullable<NonNullable<AtelRecord['metadata']>['superclaude']>;

const PERSONAS = new Set(
  'architect frontend backend analyzer security mentor refactorer performance qa devops scribe'.split(' '),
);

const FLAGS = new Set(
  [
    'think think-hard ultrathink plan introspect introspection',
    'c7 context7 seq sequential magic play playwright serena morph morphllm all-mcp no-mcp no-context7 no-sequential no-magic',
    'uc ultracompressed token-efficient answer-only verbose validate safe-mode safe',
    'wave-mode wave-strategy wave-delegation wave-checkpoint wave-validation wave-count',
    'delegate concurrency loop iterations interactive scope focus brainstorm task-manage orchestrate',
    'type format depth strategy with-tests tdd iterative parallel force fix',
  ]
    .join(' ')
    .split(' '),
);

/** How much of a prompt is looked at; commands and flags stand at its edges. */
const MAX_SCANNED = 16_384;

/** What a prompt says about SuperClaude; `undefined` when nothing. */
export function parseSuperClaude(prompt: string): SuperClaude | undefined {
  const text = prompt.slice(0, MAX_SCANNED);
  const command = /^\s*\/(sc:[a-z][a-z-]{0,40})(?=\s|$)/.exec(text)?.[1];
  const persona: string[] = [];
  const flags: string[] = [];
  for (const [, name = ''] of text.matchAll(/(?<=^|\s)--([a-z][a-z0-9-]{0,40})(?=[\s=]|$)/g)) {
    const who = name.startsWith('persona-') ? name.slice('persona-'.length) : undefined;
    if (who !== undefined && PERSONAS.has(who)) persona.push(who);
    else if (FLAGS.has(name)) flags.push(name);
  }
  if (command === undefined && persona.length === 0 && flags.length === 0) return undefined;
  return {
    ...(command === undefined ? {} : { command }),
    ...(persona.length === 0 ? {} : { persona: [...new Set(persona)] }),
    ...(flags.length === 0 ? {} : { flags: [...new Set(flags)] }),
  };
}
