/** Tells what is new from what was seen lately. */
export interface RecentKeys {
  /** @returns whether the key is new; one that was let go is new again */
  add(key: string): boolean;
}

/** @param kept how many keys are remembered, the newest */
export function createRecentKeys(kept: number): RecentKeys {
  const keys = new Set<string>();
  // One for all, since a new one would have to pass the holes that the oldest have left.
  const oldest = keys.values();
  return {
    add(key) {
      if (keys.has(key)) return false;
      keys.add(key);
      if (keys.size > kept) keys.delete(oldest.next().value ?? key);
      return true;
    },
  };
}
