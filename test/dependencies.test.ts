/** What we stand on: few runtime packages, none that runs a script when it is installed, one copy of OpenTelemetry. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';

const MAX_RUNTIME_PACKAGES = 30;

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const lock = lockSchema.parse(
  JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')),
);
const runtime = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && !dev);

describe('the runtime packages', () => {
  it('are few', () => {
    expect(runtime.length).toBeGreaterThan(10);
    expect(runtime.length).toBeLessThanOrEqual(MAX_RUNTIME_PACKAGES);
  });

  it('run no script when they are installed', () => {
    expect(runtime.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  it('hold one copy of each OpenTelemetry package', () => {
    const names = runtime.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13));
    const otel = names.filter((name) => name.startsWith('@opentelemetry/'));
    expect(otel.length).toBeGreaterThan(5);
    expect(new Set(otel).size).toBe(otel.length);
  });
});

describe('the lock file', () => {
  it('names a version for every package of every platform, so that `npm ci` takes it anywhere', () => {
    const unknown = Object.entries(lock.packages).filter(([, { version }]) => version === undefined);
    expect(unknown.map(([path]) => path)).toEqual([]);
  });
});
