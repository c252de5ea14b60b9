/** A program that says it is a version of Claude Code, and does nothing else. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Puts it into a directory, which is made. */
export function putFakeClient(directory: string, version: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'claude'), `#!/bin/sh\necho '${version} (Claude Code)'\n`);
  chmodSync(join(directory, 'claude'), 0o755);
}
