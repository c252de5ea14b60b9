/**
 * No test can take the power away: what a kill leaves is what the kernel has, fsynced or not. So the order of a forwarder's
 * operations is followed, and at each of them what a power cut might still take back.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardOnce } from '../helpers/forward-child.ts';
import { type OtlpSink, startOtlpSink } from '../helpers/otlp-sink.ts';
import { cleanHome, crashedHome, expectNothingLost, usedHome } from './homes.ts';

/** One operation, with what is not safe from a power cut before it: files by their bytes, files by their new or old names. */
interface Step {
  readonly operation: string;
  readonly file: string;
  readonly unwritten: readonly string[];
  readonly unnamed: readonly string[];
}

const root = mkdtempSync(join(tmpdir(), 'atel-'));
let sink: OtlpSink;
const runs = new Map<string, readonly Step[]>();

beforeAll(async () => {
  sink = await startOtlpSink();
  for (const make of [usedHome, crashedHome]) {
    const home = cleanHome(join(root, make.name), sink);
    await make(home);
    const fault = { below: home.paths.dataDir, at: 1, times: 1_000_000, with: 'trace' };
    const { stderr } = await forwardOnce({ home: home.dir, fault });
    expectNothingLost(home);
    runs.set(make.name, follow(stderr));
  }
}, 120_000);
afterAll(async () => {
  await sink.close();
  rmSync(root, { recursive: true, force: true });
});

function follow(trace: string): readonly Step[] {
  const [bytes, names, opened] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const steps = Array.from(
    trace.matchAll(/^fault trace at \d+: (\w+) (.*)$/gm),
    ([, operation = '', file = '']) => {
      const step = { operation, file, unwritten: [...bytes], unnamed: [...names] };
      if (operation === 'writeSync' || operation === 'ftruncateSync') bytes.add(file);
      else if (operation !== 'fsyncSync') names.add(file);
      // Nobody knows what a process before us wrote and never fsynced.
      if (operation === 'openSync' && !opened.has(file)) bytes.add(file);
      if (operation === 'openSync') opened.add(file);
      if (operation === 'renameSync') names.add(newName(file));
      if (operation === 'fsyncSync') {
        bytes.delete(file);
        for (const name of names) if (dirname(name) === (file || '/')) names.delete(name);
      }
      return step;
    },
  );
  return [...steps, { operation: 'end', file: '', unwritten: [...bytes], unnamed: [...names] }];
}

/** Where a file goes: over the one that it replaces, or from the queue into the quarantine. */
function newName(file: string): string {
  return file.endsWith('.tmp') ? file.replace(/\.\d+\.tmp$/, '') : file.replace('/spool/q/', '/spool/bad/');
}

const isSegment = (file: string): boolean => /^\/journal\/[^/]+\.jsonl$/.test(file);
const isIn = (directory: string) => (file: string) => dirname(file) === directory;

/** The steps of this kind in all runs: at least `least`, else they prove nothing. */
function stepsWhere(least: number, what: (step: Step) => boolean): readonly Step[] {
  const found = [...runs.values()].flatMap((steps) => steps.filter(what));
  expect(found.length).toBeGreaterThanOrEqual(least);
  return found;
}

describe('a power cut', () => {
  it('finds each record, its segment and the head on the disk, or its spool file', () => {
    const removals = ({ operation, file }: Step): boolean =>
      /^(?:rename|unlink|rm)Sync$/.test(operation) && file.startsWith('/spool/');
    for (const { unwritten, unnamed } of stepsWhere(10, removals)) {
      expect(unwritten.filter(isSegment)).toEqual([]);
      expect(unnamed.filter(isIn('/journal'))).toEqual([]);
    }
  });

  it('finds a mark as it was or as it is to be', () => {
    const replacements = ({ operation, file }: Step): boolean =>
      operation === 'renameSync' && file.endsWith('.tmp');
    for (const { file, unwritten } of stepsWhere(10, replacements)) expect(unwritten).not.toContain(file);
  });

  it('finds the record and the segment that the head names', () => {
    const moves = ({ operation, file }: Step): boolean =>
      operation === 'renameSync' && file.startsWith('/journal/head.json');
    for (const { unwritten, unnamed } of stepsWhere(6, moves))
      expect([...unwritten, ...unnamed].filter(isSegment)).toEqual([]);
  });

  it('brings back no spool file whose id is forgotten', () => {
    const forgets = ({ operation, file }: Step): boolean =>
      operation === 'renameSync' && file.startsWith('/journal/sessions.json');
    for (const { unnamed } of stepsWhere(2, forgets))
      expect(unnamed.filter((file) => file.startsWith('/spool/'))).toEqual([]);
  });

  it('finds a quarantined file in the quarantine before it is gone from the queue', () => {
    const removals = ({ operation, file, unnamed }: Step): boolean =>
      operation === 'fsyncSync' && file === '/spool/q' && unnamed.some(isIn('/spool/q'));
    for (const { unnamed } of stepsWhere(4, removals)) expect(unnamed.filter(isIn('/spool/bad'))).toEqual([]);
  });

  it('finds a torn tail aside before it is cut off', () => {
    const cuts = ({ operation, file }: Step): boolean => operation === 'ftruncateSync' && isSegment(file);
    for (const { unwritten, unnamed } of stepsWhere(1, cuts))
      expect([...unwritten, ...unnamed].filter((file) => file.startsWith('/journal/torn'))).toEqual([]);
  });

  it('finds everything of a forwarder that has left, its pid file perhaps too', () => {
    for (const { unwritten, unnamed } of stepsWhere(2, ({ operation }) => operation === 'end'))
      expect([...unwritten, ...unnamed]).toEqual(['/forwarder.pid']);
  });
});
