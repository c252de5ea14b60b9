/**
 * `npm run soak -- [--events 100000] [--seed n]`: hooks from ten writers while hooks, forwarder, Collector and Loki are
 * killed at random, then the proof that nothing was lost. Ends with 1 when something was.
 */
import { parseArgs } from 'node:util';
import { resolvePaths } from '../src/platform/paths.ts';
import { ensurePart } from '../src/stack/build.ts';
import { COLLECTOR, LOKI } from '../src/stack/parts.ts';
import { createProgress } from '../src/stack/progress.ts';
import { runChaos } from '../test/helpers/chaos.ts';

const MAX_SEED = 1_000_000;
const MAX_SHOWN_PROBLEMS = 50;

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const events = Number(values.events);
const seed = Number(values.seed ?? Math.floor(Math.random() * MAX_SEED));
const progress = createProgress(process.stderr);
const deps = { cacheDir: resolvePaths(process.env).cacheDir, env: process.env, progress };
const parts = { collector: await ensurePart(COLLECTOR, deps), loki: await ensurePart(LOKI, deps) };

console.log(`${events} events, seed ${seed}`);
const report = (line: string): void => console.log(`· ${line}`);
const { problems: lost, ...result } = await runChaos({
  parts,
  events,
  seed,
  report,
  patienceMillis: 60_000 + events * 10,
});
const { kills, records, verdicts, seconds } = result;
console.table({
  'seconds of chaos, of catching up': `${seconds.chaos.toFixed(0)}, ${seconds.catchingUp.toFixed(0)}`,
  'killed: hooks, forwarder, Collector, Loki': `${kills.hook}, ${kills.forwarder}, ${kills.collector}, ${kills.loki}`,
  'forwarders that journaled': result.worked,
  'hooks that returned': result.returned,
  'killed hooks journaled whole, marked': `${result.killedWhole}, ${result.marked}`,
  'loss records': result.lossRecords,
  'records: journal, backup, Loki': `${records.journal}, ${records.backup}, ${records.loki}`,
  journal: verdicts.journal,
  backup: verdicts.backup,
  Loki: verdicts.loki,
});
// The proof is empty when no kill hit a hook that was writing.
const blind =
  result.marked === 0 ? ['nothing: but no killed hook left half an event, so little was tried'] : [];
const problems = [...lost, ...blind];
for (const problem of problems.slice(0, MAX_SHOWN_PROBLEMS)) console.log(`LOST: ${problem}`);
console.log(problems.length === 0 ? 'nothing was lost' : `${problems.length} problems; seed ${seed}`);
process.exitCode = problems.length === 0 ? 0 : 1;
