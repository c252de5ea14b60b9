/**
 * Finds the real Collector and Loki, or builds them once into the user's cache. Where that cannot be, the tests that need
 * them are skipped in so many words; under `CI=true` that is a failure.
 */
import type { TestProject } from 'vitest/node';
import { processEnv } from '../../src/platform/env.ts';
import { messageOf } from '../../src/platform/errors.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { ensurePart } from '../../src/stack/build.ts';
import { COLLECTOR, LOKI } from '../../src/stack/parts.ts';
import { createProgress } from '../../src/stack/progress.ts';

export async function setup({ provide }: TestProject): Promise<void> {
  const env = processEnv();
  const progress = createProgress(process.stderr);
  const deps = { cacheDir: resolvePaths(env).cacheDir, env, progress };
  try {
    const collector = await ensurePart(COLLECTOR, deps);
    const loki = await ensurePart(LOKI, deps);
    provide('stackParts', { collector, loki });
  } catch (error) {
    if (env['CI'] === 'true') throw error;
    progress.done(`\n!!! NOT TESTED: delivery to the real Collector and Loki. ${messageOf(error)}\n`);
  }
}
