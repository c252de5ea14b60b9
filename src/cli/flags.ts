/** Flags as stricli wants them, so that equal ones look and read the same in every command. */
import { AtelError } from '../platform/errors.ts';

/** A switch that is off unless given. */
export const switchFlag = (brief: string) =>
  ({ kind: 'boolean', default: false, withNegated: false, brief }) as const;

/** A text, which may be left out. */
export const textFlag = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: String, optional: true, placeholder, brief }) as const;

/** A whole number within bounds. */
export function numberFlag(flag: string, least: number, most: number) {
  const parse = (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new AtelError('usage', `${JSON.stringify(value)} is no number from ${least} to ${most}`, {
      where: flag,
    });
  };
  return { kind: 'parsed', parse, placeholder: 'n' } as const;
}

/** For commands whose result is one document. */
export const jsonFlag = { json: switchFlag('Print one JSON document') } as const;

/** Hidden: where root's settings are, when they are not root's. */
export const managedDirectoryFlag = {
  managedDirectory: {
    kind: 'parsed',
    parse: String,
    optional: true,
    hidden: true,
    brief: 'For tests: instead of the directory of the managed settings',
  },
} as const;

/** @throws AtelError usage — more than one of these switches is given */
export function refuseTogether<Name extends string>(
  flags: Readonly<Partial<Record<Name, boolean>>>,
  names: readonly Name[],
): void {
  const given = names.filter((name) => flags[name] === true);
  if (given.length > 1)
    throw new AtelError('usage', 'exclude each other', {
      where: given.map((name) => `--${name}`).join(', '),
      fix: 'give one of them',
    });
}
