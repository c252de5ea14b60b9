/** Takes the arguments of a command apart by the table's row of its program. */
import type { ProgramSpec, Role } from './bash-program-spec.ts';
import { sliceWord, type Word } from './bash-word.ts';

/** Most options that may stand behind one dash. */
const MAX_CLUSTER = 64;

export type Argument =
  | { readonly kind: 'operand'; readonly word: Word }
  | { readonly kind: 'option'; readonly name: string; readonly value?: Word; readonly role: Role };

/** Options with a value, and what the value is. */
function valueRoles(spec: ProgramSpec): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  const add = (options: string | undefined, role: Role): void => {
    for (const option of options?.split(' ') ?? []) roles.set(option, role);
  };
  add(spec.values, 'none');
  for (const role of ROLES) add(spec.paths?.[role], role);
  add(spec.enters, 'enter');
  return roles;
}

const ROLES: readonly Role[] = ['read', 'write', 'search', 'execute', 'enter', 'unknown', 'mount'];

/**
 * Options and operands in their order. With `spec.stop`, or after `--`, what follows are operands.
 * `-abc` is taken as options a, b, c unless one before the last has a value, which is then the rest.
 */
export function takeApart(words: readonly Word[], spec: ProgramSpec): Argument[] {
  const roles = valueRoles(spec);
  const out: Argument[] = [];
  let open = true;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word) break;
    const { text } = word;
    if (open && text === '--') open = false;
    else if (!open || text === '-' || !text.startsWith('-')) {
      if (spec.stop) open = false;
      out.push({ kind: 'operand', word });
    } else {
      const option =
        text.startsWith('--') || spec.longDash ? longOption(word, roles) : shortOptions(word, roles);
      const last = option.at(-1);
      const next = words[i + 1];
      const role = last?.kind === 'option' ? roles.get(last.name) : undefined;
      if (last?.kind === 'option' && !last.value && role !== undefined && next) {
        option[option.length - 1] = { ...last, role, value: next };
        i += 1;
      }
      out.push(...option);
    }
  }
  return out;
}

function longOption(word: Word, roles: ReadonlyMap<string, Role>): Argument[] {
  const at = word.text.indexOf('=');
  const name = at < 0 ? word.text : word.text.slice(0, at);
  const role = roles.get(name) ?? 'guess';
  return [{ kind: 'option', name, role, ...(at >= 0 && { value: sliceWord(word, at + 1) }) }];
}

function shortOptions(word: Word, roles: ReadonlyMap<string, Role>): Argument[] {
  const out: Argument[] = [];
  for (let i = 1; i < Math.min(word.text.length, MAX_CLUSTER); i++) {
    const name = `-${word.text.charAt(i)}`;
    const rest = sliceWord(word, i + 1);
    // Of an option we do not know, what follows is a value if it cannot be options: `-I/usr/include`, `-i.bak`
    const role = roles.get(name) ?? (/^[^A-Za-z]/.test(rest.text) ? 'rooted' : undefined);
    out.push({
      kind: 'option',
      name,
      role: role ?? 'none',
      ...(role && rest.text !== '' && { value: rest }),
    });
    if (role) break;
  }
  return out;
}
