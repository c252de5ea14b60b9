/**
 * Forty secrets of twenty kinds through the real client, hooks, forwarder, Collector and Loki: they are found in what the
 * hooks were given, and nowhere in what we keep or print. Once at the default level, once at `full`.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { updateConfigFile } from '../../src/config/load.ts';
import { eventsForClient } from '../../src/event/hook-events.ts';
import type { AtelRecord, CaptureLevel } from '../../src/journal/record.ts';
import { arrivedInSinks, type AtelUser, createUser, stackDirOf, useStack } from '../helpers/atel.ts';
import { endProcesses } from '../helpers/processes.ts';
import { createWorld, playScenario, removeWorld, type World, writeWorldFile } from '../helpers/scenario.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';
import { type Planted, plantedSecrets, secretScenario, tracesOf } from './planted.ts';

const LEVELS = ['redacted', 'full'] as const satisfies readonly CaptureLevel[];
const SOURCES = ['journal', 'backup', 'loki'] as const;

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Which of the secrets a text gives away, in clear or in base64. */
function givenAway(text: string, planted: readonly Planted[]): readonly string[] {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/_-]{24,}/g)]
    .flatMap(([run]) =>
      [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), 'base64').toString('latin1')),
    )
    .join('\n');
  return planted
    .filter((each) => tracesOf(each).some((trace) => text.includes(trace) || decoded.includes(trace)))
    .map(({ place, kind }) => `${kind} in ${place}`);
}

describe.skipIf(!stackParts)('forty planted secrets', () => {
  const planted = { redacted: plantedSecrets('redacted'), full: plantedSecrets('full') };
  const all = [...planted.redacted, ...planted.full];
  let world: World;
  let stack: TestStack;
  let user: AtelUser;
  /** What a hook beside ours was given. */
  let given: Record<CaptureLevel, string>;

  const ofLevel = (level: CaptureLevel): readonly AtelRecord[] =>
    user.events().filter((record) => record.metadata?.capture_level === level);

  beforeAll(async () => {
    world = createWorld();
    user = createUser(world);
    stack = await startStack({ dir: stackDirOf(world) });
    await user.output(['init', '--project']);
    useStack(user, stack);
    await user.output(['enable']);
    given = { metadata: '', redacted: '', full: '' };
    for (const level of LEVELS) {
      updateConfigFile(user.paths.configFile, [[['capture_level'], level]]);
      const seen = join(world.root, `seen-${level}`);
      mkdirSync(seen);
      const hooks = eventsForClient('2.1.330').map(({ name }) => [
        name,
        [{ hooks: [{ type: 'command', command: `cat > '${seen}'/$$` }] }],
      ]);
      writeWorldFile(
        join(world.project, '.claude/settings.json'),
        JSON.stringify({ hooks: Object.fromEntries(hooks), skipWebFetchPreflight: true }),
      );
      const scenario = secretScenario(level);
      scenario.prepare?.(world);
      await playScenario(scenario, world);
      await user.drained();
      given[level] = filesBelow(seen)
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n');
    }
    await arrivedInSinks(user);
  });
  afterAll(async () => {
    await endProcesses(world.home);
    await stack.stop();
    await removeWorld(world);
  });

  it('are of twenty kinds, and each was given to the hooks', () => {
    for (const level of LEVELS) {
      expect(planted[level]).toHaveLength(40);
      expect(new Set(planted[level].map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(20);
      expect(givenAway(given[level], planted[level])).toHaveLength(40);
    }
  });

  it.each(LEVELS)('are in no record at level %s', (level) => {
    expect(ofLevel(level).length).toBeGreaterThan(90);
    const shown = ofLevel(level).flatMap((record) =>
      givenAway(JSON.stringify(record), all).map((what) => `${what}: ${JSON.stringify(record)}`),
    );
    expect(shown).toEqual([]);
  });

  it('are in no file of ours: journal, backup, Loki’s and the Collector’s data, logs, states, crash files', () => {
    const files = [user.paths.dataDir, join(user.paths.configFile, '..'), user.paths.cacheDir]
      .filter((directory) => statSync(directory, { throwIfNoEntry: false }))
      .flatMap(filesBelow);
    expect(files).toEqual(
      expect.arrayContaining([
        user.paths.logFile,
        join(stack.collector.backupDir, 'records.jsonl'),
        expect.stringMatching(/journal\/.*\.jsonl$/),
        expect.stringMatching(/stack\/loki\//),
      ]),
    );
    const found = files.flatMap((file) =>
      givenAway(readFileSync(file, 'latin1'), all).map((what) => `${file}: ${what}`),
    );
    expect(found).toEqual([]);
    expect(readdirSync(user.paths.quarantineDir)).toEqual([]);
  });

  it('are in nothing that Loki answers, labels and metadata included', async () => {
    const url = new URL('/loki/api/v1/query_range', stack.loki.url);
    url.searchParams.set('query', '{service_name="claude-telemetry"}');
    url.searchParams.set('limit', '5000');
    url.searchParams.set('since', '1h');
    const answer = await (await fetch(url)).text();
    expect(answer.length).toBeGreaterThan(100_000);
    expect(givenAway(answer, all)).toEqual([]);
  });

  it('are in nothing that atel prints, from any source', async () => {
    for (const source of SOURCES)
      for (const args of [
        ['sessions'],
        ['findings'],
        ['findings', '--json'],
        ['query'],
        ['query', '--json'],
        ['verify'],
        ...user
          .events()
          .map((record) => record.session_id ?? '')
          .filter((id, i, ids) => ids.indexOf(id) === i)
          .flatMap((id) => [
            ['timeline', id],
            ['timeline', id, '--csv'],
          ]),
      ]) {
        const run = await user.atel([...args, '--source', source]);
        expect(run.exitCode).toBe(0);
        expect(givenAway(run.stdout + run.stderr, all)).toEqual([]);
      }
    for (const args of [
      ['status', '--json'],
      ['forward', '--once'],
    ]) {
      const run = await user.atel(args);
      expect(givenAway(run.stdout + run.stderr, all)).toEqual([]);
    }
  });

  it('are counted by rule on the records they were masked in', () => {
    for (const level of LEVELS) {
      const byRule: Record<string, number> = {};
      for (const { security } of ofLevel(level))
        for (const [rule, n] of Object.entries(security?.redactions ?? {}))
          byRule[rule] = (byRule[rule] ?? 0) + n;
      const total = Object.values(byRule).reduce((sum, n) => sum + n, 0);
      console.log(`masks at level ${level}: ${total} ${JSON.stringify(byRule)}`);
      expect(Object.keys(byRule).length).toBeGreaterThanOrEqual(10);
      // Prompts, file bodies and answers are shown at `full` only, so more is masked there.
      expect(total).toBeGreaterThanOrEqual(level === 'full' ? 60 : 30);
      const marks = JSON.stringify(ofLevel(level)).match(/\[redacted:[a-z0-9-]+:\d+\]/g) ?? [];
      expect(marks.length).toBeGreaterThanOrEqual(total / 2);
    }
  });
});
