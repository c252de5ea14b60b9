/** The token between the forwarder and the Collector: any other local user can reach the port, but not this file. */
import { randomBytes } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { ensurePrivateDir, PRIVATE_FILE, readTextIfExists, writeAtomic } from '../platform/files.ts';
import { tokenFileOf } from './settings.ts';

const TOKEN_BYTES = 32;

/** The stack's token; made at the first call, the same ever after. */
export function ensureToken(stackDir: string): string {
  const file = tokenFileOf(stackDir);
  ensurePrivateDir(stackDir);
  const present = readTextIfExists(file)?.trim();
  if (present) {
    if ((statSync(file).mode & 0o777) !== PRIVATE_FILE) chmodSync(file, PRIVATE_FILE);
    return present;
  }
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  writeAtomic(file, token);
  return token;
}
