/** The forwarder, all stages on, from spool files to the fsynced journal, over the recorded mix at level `redacted`. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/schema.ts';
import { createIntake } from '../../src/forwarder/intake.ts';
import { createCounters } from '../../src/forwarder/own-records.ts';
import type { Pipeline } from '../../src/forwarder/pipeline.ts';
import { createProcessSampler } from '../../src/forwarder/process-sampler.ts';
import { buildStages } from '../../src/forwarder/stages.ts';
import { openState } from '../../src/forwarder/state.ts';
import { takeJournal } from '../../src/forwarder/take-journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { keepHeapSmall } from '../../src/platform/memory.ts';
import { loadInstall } from '../../src/platform/install-id.ts';
import { resolvePaths } from '../../src/platform/paths.ts';
import { openSpool, type Spool } from '../../src/spool/spool.ts';
import { takeBare } from './intake-floor.ts';
import { type Part, profileParts } from './profile.ts';
import { fillSpool } from './spool-of.ts';
import { type BenchResult, claim, markdownTable, median } from './stats.ts';

const RECORDS = 20_480;
const ROUNDS = 5;
/** Until V8 compiles no more: the rate of a forwarder with a long queue, not of its first second. */
const WARM_UP = 20_480;

const [PROCESS, APPEND, REST] = ['pipeline', 'append', 'rest (HMAC, copies, ids)'];
/** What the two are made of. The last of each is what is no part of its own. */
const PARTS: Readonly<Record<string, readonly Part[]>> = {
  [PROCESS]: [
    { name: 'parse', file: '/event/payload.ts' },
    { name: 'understand', file: '/event/hook-event.ts' },
    { name: 'enrich', file: '/context/enrich.ts' },
    { name: 'detect', file: '/forwarder/inspect.ts' },
    { name: 'level', file: '/forwarder/pipeline.ts', call: 'levelDraft' },
    { name: 'observe', file: '/context/registry.ts' },
    { name: 'mask', file: '/redact/redact.ts' },
    { name: 'make well-formed, fit', file: '/forwarder/clean.ts' },
    { name: 'rest of the pipeline', file: '/forwarder/pipeline.ts' },
  ],
  [APPEND]: [
    { name: 'seal', file: '/journal/seal.ts' },
    { name: 'write, fsync', file: '/journal/segment-writer.ts' },
    { name: 'rest of the append', file: '/journal/journal.ts' },
  ],
};

/** The object with some methods that add up their time under a name. */
function timed<T extends object>(
  target: T,
  names: Readonly<Partial<Record<keyof T, string>>>,
  spent: Map<string, number>,
): T {
  const methods = Object.entries<string | undefined>(names).map(([method, name = method]) => {
    const original: unknown = Reflect.get(target, method);
    if (typeof original !== 'function') throw new Error(`no method ${method}`);
    const call = (...args: unknown[]): unknown => {
      const begin = performance.now();
      try {
        return Reflect.apply(original, target, args);
      } finally {
        spent.set(name, (spent.get(name) ?? 0) + performance.now() - begin);
      }
    };
    return [method, call] as const;
  });
  return { ...target, ...Object.fromEntries(methods) };
}

/** A measured time, divided as the profile says. */
function divided(
  name: string,
  millis: number,
  profiled: ReadonlyMap<string, number>,
): readonly (readonly [string, number])[] {
  const parts = PARTS[name]?.map((part) => [part.name, profiled.get(part.name) ?? 0] as const);
  const sum = parts?.reduce((all, [, value]) => all + value, 0);
  return parts?.map(([part, value]) => [part, (millis * value) / (sum ?? 1)] as const) ?? [[name, millis]];
}

/** Microseconds a record, as text. */
function micros(millis: number): string {
  return ((millis * 1000) / RECORDS).toFixed(1);
}

/** Runs the intake over prepared spool files. */
export async function benchStages(): Promise<BenchResult> {
  const home = mkdtempSync(join(tmpdir(), 'atel-bench-'));
  const paths = resolvePaths({ HOME: home });
  keepHeapSmall();
  const parsed = parseConfig({});
  if (!parsed.ok) throw new Error(parsed.problem);
  const spent = new Map<string, number>();
  const spool: Spool = timed(
    openSpool(paths),
    { scan: 'spool: list', read: 'spool: read', remove: 'spool: remove' },
    spent,
  );
  const install = loadInstall(paths);
  const who = { host: 'bench', user: 'bench', telemetryVersion: '0' };
  const sampler = createProcessSampler();
  const journal: Journal = timed(
    takeJournal({ paths, config: parsed.config, install, spool, who }),
    { append: APPEND, settle: 'journal: settle' },
    spent,
  );
  try {
    const state = openState(paths.dataDir, paths.journalDir);
    const counters = createCounters();
    const stages = await buildStages({ config: parsed.config, paths, install, state, sampler, counters });
    const pipeline: Pipeline = timed(stages, { process: PROCESS }, spent);
    const intake = createIntake({
      spool,
      journal,
      pipeline,
      copies: state.copies,
      counters,
      clock: systemClock,
      install,
      who,
    });
    const run = (count: number): number => {
      fillSpool(paths.queueDir, count);
      const begin = performance.now();
      while (intake.pass().more);
      return performance.now() - begin;
    };
    const runBare = (count: number): number => {
      fillSpool(paths.queueDir, count);
      return takeBare(paths.queueDir, join(home, 'bare.jsonl'));
    };
    run(WARM_UP);
    runBare(WARM_UP);
    spent.clear();
    const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.ours.push(run(RECORDS));
      times.bare.push(runBare(RECORDS));
    }
    const whole = new Map(spent);
    const parts = await profileParts(Object.values(PARTS).flat(), () => run(RECORDS));
    if (readdirSync(paths.queueDir).length > 0) throw new Error('the spool is not empty');
    const all = times.ours.reduce((sum, millis) => sum + millis);
    const rest = all - [...whole.values()].reduce((sum, value) => sum + value, 0);
    const rows = [
      ...[...whole].flatMap(([name, value]) => divided(name, value, parts)),
      [REST, rest] as const,
    ].map(([name, value]) => [name, micros(value / ROUNDS), `${((value / all) * 100).toFixed(0)} %`]);
    const [own, bare] = [median(times.ours), median(times.bare)];
    const note = [
      `${RECORDS.toLocaleString('en')} events of the recorded mix, all stages on, level \`redacted\`, one process; median of ${ROUNDS} rounds, after ${WARM_UP.toLocaleString('en')} events to warm up.`,
      'What happens inside of pipeline and append is divided by a profile of one more round.',
      `The least that it could cost, to read, parse, write as JSON, hash, fsync and remove: ${micros(bare)} µs a record, in turns with it; the forwarder takes ${(own / bare).toFixed(2)} times that.`,
    ];
    return {
      title: 'Forwarder, spool to fsynced journal',
      text: `${note.join('\n')}\n\n${markdownTable(['stage', 'µs a record', 'share'], rows)}`,
      claims: [claim('records per second', (RECORDS / own) * 1000, '≥', 8000, 0)],
    };
  } finally {
    sampler.stop();
    journal.close();
    rmSync(home, { recursive: true, force: true });
  }
}
