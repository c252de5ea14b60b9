/** Commands that read, on a journal of a million records. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { writeJournal } from './journal-of.ts';
import { peakMib } from './process.ts';
import { type BenchResult, claim, markdownTable } from './stats.ts';
import { ATEL, type BenchUser, withBenchUser } from './user.ts';

const RECORDS = 1_000_000;
/** Of a smaller journal, to compare memory with. */
const FEWER_RECORDS = 200_000;
const VERIFY_MIB = 200;

interface Run {
  readonly seconds: number;
  readonly peakMib: number;
}

export async function benchCli(): Promise<BenchResult> {
  const fewer = await withJournal(FEWER_RECORDS, ({ home, project }) => measure(home, project, ['verify']));
  return withJournal(RECORDS, async (user, session) => {
    const run = (...args: string[]): Promise<Run> => measure(user.home, user.project, args);
    const commands = [
      ['timeline', session],
      ['sessions', '--session', session],
      ['findings', '--session', session],
      ['verify'],
    ];
    const results: [string, Run][] = [];
    // The first run warms the page cache and is not counted.
    await run('sessions', '--session', session);
    for (const args of commands) results.push([args[0] ?? '', await run(...args)]);
    const rows = [...results, [`verify of ${FEWER_RECORDS.toLocaleString('en')}`, fewer] as const].map(
      ([name, { seconds, peakMib }]) => [name, seconds.toFixed(2), peakMib.toFixed(0)],
    );
    const verify = results.at(-1)?.[1] ?? { seconds: Number.NaN, peakMib: Number.NaN };
    return {
      title: 'Reading a journal of 1,000,000 records',
      text: `One session of 200 records, from the journal; process start included.\n\n${markdownTable(['command', 'seconds', 'peak RSS MiB'], rows)}`,
      claims: [
        ...results
          .slice(0, 3)
          .map(([name, { seconds }]) => claim(`${name} of one session, s`, seconds, '<', 1)),
        claim('verify, records per second', RECORDS / verify.seconds, '≥', 100_000, 0),
        claim('peak RSS of verify, MiB', verify.peakMib, '<', VERIFY_MIB, 0),
        claim(
          `peak RSS of verify ÷ that of ${FEWER_RECORDS.toLocaleString('en')} records`,
          verify.peakMib / fewer.peakMib,
          '≤',
          1.25,
        ),
      ],
    };
  });
}

/** Makes a journal of that length for a user; `session` is one in the middle. */
function withJournal<T>(records: number, use: (user: BenchUser, session: string) => Promise<T>): Promise<T> {
  return withBenchUser(async (user) => {
    mkdirSync(user.paths.journalDir, { recursive: true, mode: 0o700 });
    return use(user, await writeJournal(user.paths.journalDir, records));
  });
}

function measure(home: string, cwd: string, args: readonly string[]): Promise<Run> {
  const begin = performance.now();
  const child = spawn(process.execPath, [ATEL, ...args], {
    cwd,
    env: { HOME: home, PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  let peak = 0;
  const poll = setInterval(() => {
    peak = Math.max(peak, peakMib(child.pid ?? 0));
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      if (code === 0) resolve({ seconds: (performance.now() - begin) / 1000, peakMib: peak });
      else reject(new Error(`atel ${args.join(' ')} ended with ${code}`));
    });
  });
}
