/**
 * A shape says of an object's known fields how they are typed (zod) and how private they are. Every field is
 * optional, since clients of many versions meet here; a field that has another type than we know is left out of the
 * view and named as a misfit, so that the event is kept and the drift is counted.
 */
import * as z from 'zod';
import type { FieldClass, FieldTable } from './field-class.ts';

type Field = readonly [FieldClass | FieldTable, z.ZodType];

export interface Shape<View> {
  readonly table: FieldTable;
  /** The fields that are there and fit. */
  read(value: unknown): { readonly view: View; readonly misfits: readonly string[] };
}

type ViewOf<Fields extends Readonly<Record<string, Field>>> = {
  readonly [Key in keyof Fields]?: z.output<Fields[Key][1]>;
};

/** The view a shape gives. */
export type View<S> = S extends Shape<infer V> ? V : never;

/** Defines a shape; each field is `[privacy class, zod type]`. */
export function shape<const Fields extends Readonly<Record<string, Field>>>(
  fields: Fields,
): Shape<ViewOf<Fields>> {
  const entries = Object.entries(fields);
  return {
    table: Object.fromEntries(entries.map(([name, [fieldClass]]) => [name, fieldClass])),
    read(value) {
      const view: Record<string, unknown> = {};
      const misfits: string[] = [];
      for (const [name, [, type]] of entries) {
        const given = ownValue(value, name);
        if (given === undefined || given === null) continue;
        const parsed = type.safeParse(given);
        if (parsed.success) view[name] = parsed.data;
        else misfits.push(name);
      }
      // The loop above is the proof: each key holds what its own zod type gave.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return { view: view as ViewOf<Fields>, misfits };
    },
  };
}

/** An object's own value under a key; `undefined` for anything that is no object. */
export function ownValue(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** True for a JSON object, not for an array or null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longest id or name of one word: what is longer is none, and would not fit into ids, labels and the body. */
const MAX_ID_CHARS = 256;
/** As Linux has it (PATH_MAX). */
const MAX_PATH_CHARS = 4096;

/** Types that most fields have. */
export const id: z.ZodString = z.string().max(MAX_ID_CHARS);
export const directory: z.ZodString = z.string().max(MAX_PATH_CHARS);
export const text: z.ZodString = z.string();
export const count: z.ZodNumber = z.number();
export const flag: z.ZodBoolean = z.boolean();
export const anything: z.ZodUnknown = z.unknown();
export const texts: z.ZodArray<z.ZodString> = z.array(z.string());
