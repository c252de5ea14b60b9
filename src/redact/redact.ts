/** Masks all strings of a batch of records in one call: values, keys, and values that a key calls a secret. */
import type { Safe } from './safe.ts';
import { NAMED_FIELD_RULE, type Masker } from './secrets.ts';
import { createMemberTables, createWalk, type MemberTables } from './walk.ts';

export interface Redacted<T> {
  /** The same shape as was given; parts in which nothing was masked are shared with it. */
  readonly value: T;
  /** Masked secrets by rule. */
  readonly redactions: Readonly<Record<string, number>>;
}

/**
 * Masks the secrets in records, or any JSON values. Strings under a name like `password`, in an array after an item
 * like `--password`, or beside `name: "DB_PASSWORD"` as `value`, go whole.
 * @param safe what in each value is left as it is
 */
export function redactBatch<T extends object>(
  values: readonly T[],
  masker: Masker,
  safe: Safe,
): Redacted<T>[] {
  const texts = createTexts();
  const membersOf = createMemberTables();
  const { collected, numbers } = collectFrom(values, safe, texts, membersOf);
  const { masked, byRule } = masker.mask(texts.all);
  const show = createWalk(membersOf, (text) => masked[texts.numberOf(text)] ?? '');
  const isMasked = (number: number): boolean => masked[number] !== texts.all[number];
  return collected.map(({ value, from, to, named }) => {
    const touched = numbers.slice(from, to).filter(isMasked);
    const redactions: Record<string, number> = named > 0 ? { [NAMED_FIELD_RULE]: named } : {};
    for (const number of touched)
      for (const [rule, n] of Object.entries(byRule[number] ?? {}))
        redactions[rule] = (redactions[rule] ?? 0) + n;
    return { value: named > 0 || touched.length > 0 ? show(value, safe) : value, redactions };
  });
}

/** Different texts, numbered in the order they came: most stand in many records of a batch. */
interface Texts {
  readonly all: readonly string[];
  readonly numberOf: (text: string) => number;
}

function createTexts(): Texts {
  const all: string[] = [];
  const numbers = new Map<string, number>();
  return {
    all,
    numberOf(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, all.length);
      return all.push(text) - 1;
    },
  };
}

/** A value's texts, as a piece of all numbers of the batch, and how many values in it go whole because of their names. */
interface Collected<T> {
  readonly value: T;
  readonly from: number;
  readonly to: number;
  readonly named: number;
}

function collectFrom<T extends object>(
  values: readonly T[],
  safe: Safe,
  { numberOf }: Texts,
  membersOf: MemberTables,
): { readonly collected: readonly Collected<T>[]; readonly numbers: readonly number[] } {
  const numbers: number[] = [];
  let named = 0;
  const collect = createWalk(
    membersOf,
    (text) => {
      numbers.push(numberOf(text));
      return text;
    },
    () => named++,
  );
  const collected = values.map((value) => {
    const from = numbers.length;
    named = 0;
    collect(value, safe);
    return { value, from, to: numbers.length, named };
  });
  return { collected, numbers };
}
