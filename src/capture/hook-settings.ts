/**
 * Our hooks within the `hooks` of Claude Code's settings, as pure functions:
 *
 *   {"<Event>": [{"matcher": "*", "hooks": [{"type": "command", "command": …, "args": […], "timeout": 5}]}]}
 *
 * What is ours is told by its command alone, so that an older form of ours is found too, and nothing else ever is.
 * Source: code.claude.com/docs/en/hooks; docs/client-facts.md, "Settings".
 */
import * as z from 'zod';
import { isOurCommand } from './hook-copy.ts';
import type { Layout } from './json-member.ts';
import { shellQuote } from './shell-quote.ts';

/** Generous for 4 ms of work, short against the client's 600. */
const HOOK_TIMEOUT_SECONDS = 5;

const groupSchema = z.record(z.string(), z.json());
/** What we need to know of `hooks`: lists by event. What is in a group is read with care where it is used. */
export const hooksSchema = z.record(z.string(), z.array(groupSchema));

export type Hooks = z.output<typeof hooksSchema>;
type Group = z.output<typeof groupSchema>;

export interface Registration {
  readonly installation: string;
  readonly events: readonly { readonly name: string; readonly perTool?: boolean }[];
  /**
   * `exec`: command and arguments without a shell, from client 2.1.139. `shell`: for those that ignore `args`; that
   * shell is replaced by the hook, whose parent is then the client as well.
   */
  readonly form: 'exec' | 'shell';
  /** The script to run; it may begin with `${CLAUDE_PROJECT_DIR}`. */
  readonly command: string;
}

/** The hooks with ours as they should be: in their old place where they had one, else behind the others. */
export function withOurHooks(hooks: Hooks, registration: Registration): Hooks {
  const wanted = new Map(
    registration.events.map((event) => [
      event.name,
      ourGroup(event.name, event.perTool === true, registration),
    ]),
  );
  const result: Hooks = {};
  for (const name of new Set([...Object.keys(hooks), ...wanted.keys()])) {
    const groups = replaceOurs(hooks[name] ?? [], wanted.get(name));
    if (groups.length > 0 || !hooks[name]?.length) result[name] = groups;
  }
  return result;
}

/** The hooks without ours, and without the lists that held nothing else; `undefined` when nothing is left. */
export function withoutOurHooks(hooks: Hooks): Hooks | undefined {
  const kept = Object.entries(hooks)
    .map(([name, groups]) => [name, replaceOurs(groups, undefined)] as const)
    .filter(([, groups]) => groups.length > 0);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Whether any hook of ours is among them. */
export function hasOurHooks(hooks: Hooks): boolean {
  return Object.values(hooks).some((groups) => groups.some((group) => handlersOf(group).some(isOurs)));
}

/** JSON text for the settings file: foreign groups laid out as usual, each of ours on one line. */
export function formatHooks(hooks: Hooks, { indent, eol }: Layout): string {
  if (indent === undefined) return JSON.stringify(hooks);
  const pad = (depth: number): string => eol + indent.repeat(depth);
  const group = (each: Group): string =>
    handlersOf(each).every(isOurs)
      ? oneLine(each)
      : JSON.stringify(each, null, indent).replaceAll('\n', pad(3));
  const events = Object.entries(hooks).map(([name, groups]) => {
    const texts = groups.map(group);
    const [only] = texts;
    const list =
      only !== undefined && texts.length === 1 && !only.includes('\n')
        ? `[${only}]`
        : `[${texts.map((text) => pad(3) + text).join(',')}${pad(2)}]`;
    return `${pad(2)}${JSON.stringify(name)}: ${list}`;
  });
  return `{${events.join(',')}${pad(1)}}`;
}

function ourGroup(event: string, perTool: boolean, { installation, form, command }: Registration): Group {
  const run =
    form === 'exec'
      ? { command, args: [event, installation] }
      : { command: inShell(command, `${event} ${installation}`) };
  const handler = { type: 'command', ...run, timeout: HOOK_TIMEOUT_SECONDS };
  return perTool ? { matcher: '*', hooks: [handler] } : { hooks: [handler] };
}

const PROJECT_DIR = '${CLAUDE_PROJECT_DIR}';

/** A script of the project may be missing in a checkout, and a failing `exec` would show itself to the user. */
function inShell(command: string, args: string): string {
  if (!command.startsWith(PROJECT_DIR)) return `exec ${shellQuote(command)} ${args}`;
  const script = `"$CLAUDE_PROJECT_DIR"${shellQuote(command.slice(PROJECT_DIR.length))}`;
  return `[ ! -x ${script} ] || exec ${script} ${args}`;
}

/** Puts `wanted` where the first group of ours alone stands, and takes every other hook of ours out. */
function replaceOurs(groups: readonly Group[], wanted: Group | undefined): Group[] {
  const result: Group[] = [];
  let open = wanted;
  for (const group of groups) {
    const handlers = handlersOf(group);
    const foreign = handlers.filter((handler) => !isOurs(handler));
    if (foreign.length === handlers.length) result.push(group);
    else if (foreign.length > 0) result.push({ ...group, hooks: foreign });
    else if (open) {
      result.push(open);
      open = undefined;
    }
  }
  return open ? [...result, open] : result;
}

function handlersOf(group: Group): z.output<ReturnType<typeof z.json>>[] {
  const handlers = group['hooks'];
  return Array.isArray(handlers) ? handlers : [];
}

function isOurs(handler: unknown): boolean {
  if (typeof handler !== 'object' || handler === null || !('command' in handler)) return false;
  return typeof handler.command === 'string' && isOurCommand(handler.command);
}

function oneLine(value: Group): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/\[\n\s*|\n\s*(?=\])/g, (gap) => gap.trim())
    .replaceAll(/\n\s*/g, ' ');
}
