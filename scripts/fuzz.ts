/**
 * Pushes mutated payloads of the real client through all stages, and fails on a crash, a lost event or a record that
 * breaks its format: `node scripts/fuzz.ts [--count 1000000] [--seed 1] [--level redacted]`.
 */
import { parseArgs } from 'node:util';
import { CAPTURE_LEVELS } from '../src/journal/record.ts';
import { fuzz } from '../test/abuse/fuzz.ts';

const PROGRESS_MILLIS = 5_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    level: { type: 'string', default: 'redacted' },
  },
});
const level = CAPTURE_LEVELS.find((each) => each === values.level);
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!level || !Number.isSafeInteger(count) || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    `usage: node scripts/fuzz.ts --count <n> --seed <n> --level ${CAPTURE_LEVELS.join('|')}\n`,
  );
  process.exit(3);
}

const start = performance.now();
let toldAt = start;
const report = await fuzz({
  count,
  seed,
  level,
  onProgress(done) {
    if (performance.now() - toldAt < PROGRESS_MILLIS) return;
    toldAt = performance.now();
    const rate = Math.round((done.payloads / (toldAt - start)) * 1000);
    process.stderr.write(
      `${done.payloads.toLocaleString('en')} payloads, ${rate}/s, slowest batch ${done.slowestMillis} ms, ${done.faults.length} faults\n`,
    );
  },
});
const seconds = Math.round((performance.now() - start) / 1000);
process.stdout.write(`${JSON.stringify({ level, seed, seconds, ...report }, undefined, 2)}\n`);
if (report.faults.length > 0) process.exitCode = 1;
