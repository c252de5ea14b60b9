/** Homes of users who record, each with an empty spool, removed after the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { openSpool } from '../../src/spool/spool.ts';

const homes: string[] = [];

afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

/** A new one. */
export function temporaryHome(): { readonly home: string; readonly paths: Paths } {
  const home = mkdtempSync(join(tmpdir(), 'atel-'));
  homes.push(home);
  const paths = resolvePaths({ HOME: home });
  openSpool(paths);
  return { home, paths };
}
