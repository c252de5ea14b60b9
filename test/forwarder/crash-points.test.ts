/** The forwarder killed between any two of its operations on the disk, and in the middle of each write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardOnce } from '../helpers/forward-child.ts';
import { type OtlpSink, startOtlpSink } from '../helpers/otlp-sink.ts';
import {
  cleanHome,
  crashedHome,
  expectNothingLost,
  freshHome,
  type Home,
  recover,
  usedHome,
} from './homes.ts';

/** How many are tried at the same time. */
const PARALLEL = 2;
const MAX_POINTS = 400;

const root = mkdtempSync(join(tmpdir(), 'atel-'));
const compileCache = join(root, 'compile');
let sink: OtlpSink;
beforeAll(async () => {
  sink = await startOtlpSink();
});
afterAll(async () => {
  await sink.close();
  rmSync(root, { recursive: true, force: true });
});

const STARTS: readonly { readonly name: string; readonly make: (home: Home) => Promise<void> }[] = [
  { name: 'its first start', make: freshHome },
  { name: 'a later start', make: usedHome },
  { name: 'a start after a crash', make: crashedHome },
];

describe.each(STARTS)('a forwarder killed on $name', ({ name, make }) => {
  it('between any two operations has every event once in an intact journal after the next start', async () => {
    const template = cleanHome(join(root, name), sink);
    await make(template);
    const points = await strikeEverywhere(template, 'kill');
    expect(points).toBeGreaterThan(20);
  }, 300_000);

  it('in the middle of any write has every event once in an intact journal after the next start', async () => {
    const template = cleanHome(join(root, `${name}, torn`), sink);
    await make(template);
    expect(await strikeEverywhere(template, 'torn', ['writeSync'])).toBeGreaterThan(5);
  }, 300_000);
});

describe('a forwarder whose disk fails', () => {
  it('at any one operation has every event once in an intact journal after the next start', async () => {
    const template = cleanHome(join(root, 'failing'), sink);
    await usedHome(template);
    expect(await strikeEverywhere(template, 'EIO')).toBeGreaterThan(20);
  }, 300_000);
});

/** @returns at how many operations the forwarder was struck: all it has */
async function strikeEverywhere(
  template: Home,
  how: 'kill' | 'torn' | 'EIO',
  only?: readonly string[],
): Promise<number> {
  let next = 1;
  const strikeNext = async (): Promise<boolean> => {
    const at = next++;
    if (at > MAX_POINTS) throw new Error('the forwarder does not come to an end');
    const home = template.copy(`${template.dir} ${at}`);
    const fault = { below: home.paths.dataDir, at, with: how, ...(only && { only: [...only] }) };
    const run = await forwardOnce({ home: home.dir, fault, compileCache });
    const struck = run.stderr.startsWith('fault ');
    if (!struck) expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    await recover(home);
    expectNothingLost(home, run.stderr);
    rmSync(home.dir, { recursive: true, force: true });
    return struck;
  };
  const worker = async (): Promise<void> => {
    while (await strikeNext());
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return next - 1 - PARALLEL;
}
