/** Which parts of a record are ids, hashes, times and words of ours, as data: masking leaves them alone. */

/**
 * `scalar`: the value, unless it is an object or array; `all`: everything in it; else its members, by name. The items of
 * an array count as the array itself does.
 */
export type Safe = 'scalar' | 'all' | { readonly [member: string]: Safe };

/** What is safe of a member, or of an item by its index's name; `undefined` when nothing is. */
export function safeMember(safe: Safe | undefined, key: string): Safe | undefined {
  if (safe === 'all') return safe;
  return typeof safe === 'object' && Object.hasOwn(safe, key) ? safe[key] : undefined;
}

/** What is safe of an array's items. */
export function safeItem(safe: Safe | undefined): Safe | undefined {
  return safe === 'scalar' ? undefined : safe;
}

/** Whether the scalar at a dotted path (array indices included) is safe. */
export function isSafe(safe: Safe, path: string): boolean {
  let at: Safe | undefined = safe;
  for (const name of path.split('.')) at = /^\d+$/.test(name) ? safeItem(at) : safeMember(at, name);
  return typeof at === 'string';
}
