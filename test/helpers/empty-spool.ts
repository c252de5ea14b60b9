/** The forwarder in the test's own process. */
import { expect } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { runForwarder } from '../../src/forwarder/run.ts';
import type { Paths } from '../../src/platform/paths.ts';

/** Forwards until what is in the spool now is journaled; there must be nothing to say about it. */
export async function emptySpool(paths: Paths): Promise<void> {
  const said: string[] = [];
  await runForwarder({
    paths,
    loadConfig: () => loadConfig(paths.configFile),
    once: true,
    signal: new AbortController().signal,
    note: (line) => void said.push(line),
  });
  expect(said).toEqual([]);
}
