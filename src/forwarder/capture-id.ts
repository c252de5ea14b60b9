/** The one id of an event, the same after every crash: its spool file's. */
import { createHash, createHmac, type KeyObject } from 'node:crypto';
import type { SpoolEntry } from '../spool/spool.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * The kernel uuid that names the file; where there was none (`<ppid>.<pid>.<n>`, which repeats over time), a uuid-shaped
 * hash of install id, name, mtime and inode.
 */
export function captureId(installId: string, entry: SpoolEntry): string {
  if (UUID.test(entry.name)) return entry.name;
  const hash = createHash('sha256')
    .update([installId, entry.name, String(entry.mtimeNanos), String(entry.inode)].join('\0'))
    .digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    hash.slice(12, 16),
    hash.slice(16, 20),
    hash.slice(20, 32),
  ].join('-');
}

/** Hex HMAC-SHA256 of the raw payload: a plain hash of a short command could be guessed. */
export function sourceHmac(secret: KeyObject, payload: Buffer): string {
  return createHmac('sha256', secret).update(payload).digest('hex');
}
