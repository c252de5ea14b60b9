/** Drops absent values, so that records hold no empty fields. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> };
export function compact(value: Readonly<Record<string, unknown>>): object {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const field = value[name];
    if (field !== undefined) kept[name] = field;
  }
  return kept;
}
