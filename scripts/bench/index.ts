/**
 * `npm run bench [-- hook stages …]`: measures, prints, and writes docs/benchmarks.md. Each claim is a ratio or a rate of
 * one run on this machine; a claim that does not hold is said and ends with 1.
 */
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { FORWARDER_FLAGS } from '../../src/forwarder/start.ts';
import { benchCli } from './cli.ts';
import { benchDelivery } from './delivery.ts';
import { benchHook } from './hook.ts';
import { benchLatency } from './latency.ts';
import { benchResources } from './resources.ts';
import { benchStages } from './stages.ts';
import { type BenchResult, markdownTable } from './stats.ts';

const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  hook: benchHook,
  stages: benchStages,
  delivery: benchDelivery,
  resources: benchResources,
  latency: benchLatency,
  cli: benchCli,
};

// Stages and delivery are measured in this process, so it has the heap of the forwarder.
const missing = FORWARDER_FLAGS.filter((flag) => !process.execArgv.includes(flag));
if (missing.length > 0) throw new Error(`start it with \`npm run bench\`: node lacks ${missing.join(' ')}`);

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in BENCHES));
if (unknown !== undefined)
  throw new Error(`no bench is called ${unknown}; there are ${Object.keys(BENCHES).join(', ')}`);

const sections: string[] = [];
let holds = true;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`· ${name} …\n`);
  const { title, text, claims } = await bench();
  const rows = claims.map((one) => [one.holds ? 'holds' : 'DOES NOT HOLD', one.claim, one.measured]);
  const section = `## ${title}\n\n${text}\n\n${markdownTable(['', 'claim', 'measured'], rows)}\n`;
  console.log(`\n${section}`);
  sections.push(section);
  holds &&= claims.every((one) => one.holds);
}

if (asked.length === 0) {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`;
  const head = `# Benchmarks\n\nMade by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Compare ratios; absolute figures are this machine's.\n`;
  writeFileSync(
    fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url)),
    `${head}\n${sections.join('\n')}`,
  );
}
if (!holds) process.exitCode = 1;
