/**
 * `install.json`, 0600: who this installation is (`service.instance.id`: one per host and user, for ever) and the
 * secret for HMACs of what must not stand in a record itself.
 *
 *   {"install_id": "<uuid>", "hmac_secret": "<64 hex digits>"}
 */
import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { AtelError, errnoOf } from './errors.ts';
import { PRIVATE_FILE, ensurePrivateDir, fsyncDir, readTextIfExists, writeFully } from './files.ts';
import { parseJson } from './json.ts';
import type { Paths } from './paths.ts';

export interface Install {
  readonly installId: string;
  /** Key of the HMACs, 32 bytes. */
  readonly secret: KeyObject;
}

const installSchema = z.object({ install_id: z.uuid(), hmac_secret: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * Reads the file, or makes it with its directory. Processes that come at once agree: only one file gets the name.
 * @throws AtelError input — the file is there but is not what it should be; it is never replaced, since records
 * already carry its id
 */
export function loadInstall(paths: Pick<Paths, 'dataDir' | 'installFile'>): Install {
  const file = paths.installFile;
  const text = readTextIfExists(file) ?? createInstall(paths);
  const parsed = installSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new AtelError('input', 'is not a valid install file', {
      where: file,
      fix: 'restore it from a backup, or move it away to begin a new identity',
    });
  return { installId: parsed.data.install_id, secret: createSecretKey(parsed.data.hmac_secret, 'hex') };
}

function createInstall(paths: Pick<Paths, 'dataDir' | 'installFile'>): string {
  ensurePrivateDir(paths.dataDir);
  const install = { install_id: randomUUID(), hmac_secret: randomBytes(32).toString('hex') };
  const text = `${JSON.stringify(install)}\n`;
  const temporary = `${paths.installFile}.${install.install_id}.${process.pid}.tmp`;
  const fd = openSync(temporary, 'wx', PRIVATE_FILE);
  try {
    writeFully(fd, Buffer.from(text));
    fsyncSync(fd);
    // Unlike a rename, a link does not replace the file of one who was faster.
    linkSync(temporary, paths.installFile);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return readTextIfExists(paths.installFile) ?? '';
    throw error;
  } finally {
    closeSync(fd);
    rmSync(temporary, { force: true });
    fsyncDir(dirname(paths.installFile));
  }
  return text;
}
