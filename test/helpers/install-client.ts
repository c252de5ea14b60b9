/** Other versions of the real client, installed from npm once into a cache directory. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const INSTALL_TIMEOUT_MILLIS = 600_000;
const PACKAGE = '@anthropic-ai/claude-code';

/**
 * Installs one exact version, with its optional platform parts; at once when it is there already.
 * @param note gets one line when there is something to wait for
 * @returns the client's executable
 */
export async function installClient(
  version: string,
  cacheDir: string,
  note: (line: string) => void,
): Promise<string> {
  const target = join(cacheDir, `claude-code-${version}`);
  const bin = join(target, 'node_modules/.bin/claude');
  if (existsSync(bin)) return bin;
  note(`Installing ${PACKAGE} ${version} into ${target} …`);
  mkdirSync(cacheDir, { recursive: true });
  const fresh = mkdtempSync(join(cacheDir, 'installing-'));
  try {
    const args = [
      'install',
      '--prefix',
      fresh,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `${PACKAGE}@${version}`,
    ];
    await promisify(execFile)('npm', args, { timeout: INSTALL_TIMEOUT_MILLIS });
    // Newer versions put their binary in place by this script, which npm may be told not to run.
    const script = join(fresh, 'node_modules', PACKAGE, 'install.cjs');
    if (existsSync(script)) await promisify(execFile)(process.execPath, [script]);
    if (!existsSync(target)) renameSync(fresh, target);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return bin;
}
