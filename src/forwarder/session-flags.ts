/** The empty files by which the hook knows a session that is being recorded. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A session may be resumed after weeks, with the same id. */
const KEPT_MILLIS = 90 * 86_400_000;

/** Removes the flags of sessions that began long ago; a session that still goes on in a marked project gets a new one. */
export function pruneSessionFlags(sessionsDir: string, nowMillis: number): void {
  for (const name of namesIn(sessionsDir)) {
    const path = join(sessionsDir, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && nowMillis - stat.mtimeMs > KEPT_MILLIS) rmSync(path, { force: true });
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
