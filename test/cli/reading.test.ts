import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSegments } from '../../src/journal/segments.ts';
import { formatPidFile } from '../../src/platform/processes.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import {
  callDraft,
  draft,
  otlpLine,
  SESSION_A,
  SESSION_B,
  wholeSession,
  writeBackup,
  writeJournal,
} from '../helpers/records.ts';
import { type CliRun, runCli } from '../helpers/run-cli.ts';

let home: string;
let paths: Paths;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
  mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 });
  // Nothing listens there: a test must not find a Loki of the machine.
  mkdirSync(join(home, '.config/agent-telemetry'), { recursive: true });
  writeFileSync(paths.configFile, 'stack: {loki_port: 1}\n');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function atel(args: readonly string[], terminal?: { columns: number }, env = {}): Promise<CliRun> {
  return runCli(args, { env: { HOME: home, ...env }, cwd: home, terminal });
}

function journalLines(): string[] {
  return listSegments(paths.journalDir).flatMap((name) =>
    readFileSync(join(paths.journalDir, name), 'utf8').split('\n').filter(Boolean),
  );
}

const backUp = (): string =>
  writeBackup(join(paths.stackDir, 'collector', 'backup'), 'records.jsonl', [otlpLine(journalLines())]);

describe('atel sessions', () => {
  it('lists what was recorded, one line a session', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const { out, err, code } = await atel(['sessions']);
    expect(out.split('\n')).toEqual([
      'session   start                     duration  events  calls  failed  denied  findings  agents  client   from  project',
      'a1b2c3d4  2026-11-22T20:00:00.000Z    11.0 s      15      7       2       1         1       2  2.1.330  cli   shop',
      '',
    ]);
    expect([err, code]).toEqual(['', 0]);
  });

  it('gives one document with --json, and CSV with --csv', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const { out } = await atel(['sessions', '--json']);
    expect(JSON.parse(out)).toMatchObject([{ session_id: SESSION_A, tool_calls: 7 }]);
    const csv = await atel(['sessions', '--csv']);
    expect(csv.out.split('\r\n')[1]).toBe(
      `${SESSION_A},,${SESSION_A},2026-11-22T20:00:00.000000000Z,2026-11-22T20:00:11.000000000Z,11000,shop,/home/jeff/shop,main agent-7,15,7,2,1,1,2.1.330,cli,`,
    );
  });

  it('says what to do when nothing was recorded, and when nothing matches', async () => {
    const none = await atel(['sessions']);
    expect(none).toEqual({
      out: '',
      err: 'atel: no sessions recorded yet; run `atel init && atel enable` in a project and start claude there\n',
      code: 0,
    });
    expect((await atel(['sessions', '--json'])).out).toBe('[]\n');
    writeJournal(paths.journalDir, wholeSession());
    const other = await atel(['sessions', '--project', 'nowhere']);
    expect(other.err).toMatch(
      /^atel: no sessions match in journal \(.*\); widen the filter, or look elsewhere with --source\n$/,
    );
    expect(other.code).toBe(0);
  });
});

describe('atel timeline', () => {
  it('shows a session by the beginning of its id', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const { out, code } = await atel(['timeline', 'a1b2']);
    expect(code).toBe(0);
    expect(out).toBe(
      `Session ${SESSION_A}, in /home/jeff/shop: 11.0 s, 7 calls, 2 failed, 1 denied, 1 finding
time                      agent    outcome             took  finding                what
2026-11-22T20:00:00.000Z  main                                                      SessionStart source=startup
2026-11-22T20:00:01.000Z  main                                                      UserPromptSubmit /sc:analyze security
2026-11-22T20:00:02.000Z  main     success            12 ms  outside-project-scope  Read /etc/passwd
2026-11-22T20:00:03.000Z  main     failure (exit_1)  930 ms                         Bash npm test
2026-11-22T20:00:05.000Z  main     success            2.0 s                         Agent Explore
2026-11-22T20:00:05.100Z  agent-7                                                     SubagentStart
2026-11-22T20:00:06.000Z  agent-7  success            40 ms                           Grep TODO in src
2026-11-22T20:00:08.000Z  main     denied                                           Write src/a.ts
2026-11-22T20:00:09.000Z  main     unknown_tool                                     Teleport
2026-11-22T20:00:10.000Z  main     unknown                                          Bash sleep 100
2026-11-22T20:00:11.000Z  main                                                      SessionEnd reason=other
`,
    );
  });

  it('prints the same from the backup, and with --json the sealed lines themselves', async () => {
    writeJournal(paths.journalDir, [...wholeSession(), draft(60, { session_id: SESSION_B })]);
    backUp();
    for (const form of [[], ['--json'], ['--csv']]) {
      const journal = await atel(['timeline', SESSION_A, ...form]);
      const backup = await atel(['timeline', SESSION_A, '--source', 'backup', ...form]);
      expect(journal.out.length).toBeGreaterThan(500);
      expect(backup).toEqual(journal);
    }
    const { out } = await atel(['timeline', SESSION_A, '--json']);
    expect(out.trimEnd().split('\n')).toEqual(
      journalLines().filter(
        (line) => line.includes(`"session_id":"${SESSION_A}"`) && !line.includes(SESSION_B),
      ),
    );
  });

  it('names the source and the way out for a session that is not there', async () => {
    writeJournal(paths.journalDir, wholeSession());
    for (const session of ['ffff', 'ffffffff-0000-4000-8000-000000000000']) {
      const { out, err, code } = await atel(['timeline', session]);
      expect([out, code]).toEqual(['', 3]);
      expect(err).toBe(
        `atel: journal (${paths.journalDir}): no session begins with "${session}"; list them with \`atel sessions\`, or look elsewhere with --source\n`,
      );
    }
  });

  it('lists the candidates of a beginning that several have', async () => {
    writeJournal(paths.journalDir, [draft(1), draft(2, { session_id: SESSION_B })]);
    const { err, code } = await atel(['timeline', 'a1b2']);
    expect(err).toBe(
      `atel: several sessions begin with "a1b2": ${SESSION_A}, ${SESSION_B}; give more characters\n`,
    );
    expect(code).toBe(3);
  });
});

describe('atel findings', () => {
  it('lists each finding with its path, its reason and how the call ended', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const { out } = await atel(['findings']);
    expect(out).toBe(
      `time                      level   rule                   session   agent  tool  outcome  path         why
2026-11-22T20:00:02.000Z  medium  outside-project-scope  a1b2c3d4  main   Read  success  /etc/passwd  not below the project
`,
    );
    const csv = await atel(['findings', '--csv']);
    expect(csv.out.split('\r\n')[1]).toBe(
      `2026-11-22T20:00:02.000000000Z,medium,outside-project-scope,${SESSION_A},shop,main,Read,success,/etc/passwd,not below the project`,
    );
  });

  it('says so when there are none', async () => {
    writeJournal(paths.journalDir, [draft(1)]);
    expect(await atel(['findings'])).toEqual({ out: '', err: 'atel: no findings in 2 records\n', code: 0 });
  });
});

describe('atel query', () => {
  it('prints what matches, as lines or as it was sealed', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const { out } = await atel(['query', '--tool', 'Bash', '-n', '1']);
    expect(out).toBe(
      '2026-11-22T20:00:10.000Z  a1b2c3d4  main          PreToolUse          Bash  sleep 100\n',
    );
    const json = await atel(['query', '--json']);
    expect(json.out).toBe(
      journalLines()
        .map((line) => `${line}\n`)
        .join(''),
    );
  });

  it('says at once that LogQL needs Loki, and which flags do not go with it', async () => {
    const away = await atel(['query', '{service_name="claude-telemetry"}']);
    expect(away.err).toBe(
      'atel: http://127.0.0.1:1: no Loki answers; start it with `atel up`, or use --source journal\n',
    );
    expect(away.code).toBe(4);
    const tool = await atel(['query', '{a="b"}', '--tool', 'Bash']);
    expect(tool).toMatchObject({
      err: 'atel: --tool: does not narrow a LogQL expression; put it into the expression\n',
      code: 3,
    });
    const source = await atel(['query', '{a="b"}', '--source', 'journal']);
    expect(source).toMatchObject({ code: 3 });
    expect(source.err).toMatch(/^atel: --source: journal does not understand LogQL; /);
  });
});

describe('sources', () => {
  it('fall back to the backup where there is no journal, and say so', async () => {
    writeJournal(paths.journalDir, wholeSession());
    backUp();
    const { out } = await atel(['sessions']);
    rmSync(paths.journalDir, { recursive: true });
    const other = await atel(['sessions']);
    expect(other.out).toBe(out);
    expect(other.err).toMatch(/^atel: there is no journal here: reading backup \(.*\)\n$/);
  });

  it('that were asked for and are not there are an error, each with its code', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const loki = await atel(['sessions', '--source', 'loki']);
    expect([loki.out, loki.code]).toEqual(['', 4]);
    const backup = await atel(['sessions', '--source', 'backup']);
    expect([backup.out, backup.code]).toEqual(['', 3]);
    expect(backup.err).toMatch(/^atel: .*backup: there is no backup file; start the Collector/);
  });

  it('tell of events that are still in the spool', async () => {
    writeJournal(paths.journalDir, wholeSession());
    mkdirSync(paths.queueDir, { recursive: true });
    writeFileSync(join(paths.queueDir, 'one'), '');
    writeFileSync(join(paths.queueDir, 'two'), '');
    // This process stands in for a forwarder that is busy, so that none is started.
    writeFileSync(paths.pidFile, formatPidFile(process.pid));
    const { err, out } = await atel(['sessions']);
    expect(err).toBe('atel: 2 events still in the spool\n');
    expect(out).toContain('a1b2c3d4');
  });

  it('wait for a spool that is being emptied', async () => {
    writeJournal(paths.journalDir, wholeSession());
    mkdirSync(paths.queueDir, { recursive: true });
    writeFileSync(join(paths.queueDir, 'one'), '');
    writeFileSync(paths.pidFile, formatPidFile(process.pid));
    setTimeout(() => rmSync(join(paths.queueDir, 'one')), 100);
    expect((await atel(['sessions'])).err).toBe('');
  });
});

describe('what an agent wrote', () => {
  const evil = 'echo "\u001b]0;owned\u0007\u001b[2J\u202egnp.exe\u200b\u009b31m"';
  const drafts = [
    callDraft(
      1,
      'PreToolUse',
      { id: 't1', name: 'Bash\u001b[31m' },
      {
        project_name: 'shop\u001b[2J',
        agent_context: { agent_id: 'main\u202e' },
        action_details: { command: evil },
        security: {
          findings: [{ rule: 'rule\u001b[2J', level: 'high', path: '/a\nb', why: '\u200b\u0007' }],
        },
      },
    ),
  ];
  // oxlint-disable-next-line no-control-regex
  const acting = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/;

  it('acts on no terminal, in any form of any command', async () => {
    writeJournal(paths.journalDir, drafts);
    const commands = [['sessions'], ['timeline', SESSION_A], ['findings'], ['query']];
    for (const command of commands) {
      for (const form of [[], ['--json'], ...(command[0] === 'query' ? [] : [['--csv']])]) {
        const { out, err } = await atel([...command, ...form], { columns: 200 }, { NO_COLOR: '1' });
        expect(out.length).toBeGreaterThan(30);
        expect(out.replaceAll('\r\n', '\n')).not.toMatch(acting);
        expect(err).not.toMatch(acting);
      }
    }
  });

  it('acts on no terminal as the id of a session to purge', async () => {
    writeJournal(paths.journalDir, [draft(1, { session_id: 'evil\u001b[2J' })]);
    const { out } = await atel(['purge', '--session', 'evil'], { columns: 200 });
    expect(out).toContain('would purge 1 record of 1 session\n  evil\\x1b[2J\n');
    expect(out).not.toMatch(acting);
  });

  it('acts on no terminal as the name of an epoch that a forged record claims to follow', async () => {
    writeJournal(paths.journalDir, drafts);
    const [genesis = ''] = journalLines();
    const { action_details: details, audit, ...rest } = JSON.parse(genesis);
    const forged = JSON.stringify({
      ...rest,
      action_details: { ...details, prev_stream: 'x\u001b[2J/1', prev_seq: 5, prev_leaf: '0'.repeat(64) },
      audit: { ...audit, stream: 'other/1' },
    });
    writeBackup(join(paths.stackDir, 'collector', 'backup'), 'records.jsonl', [
      otlpLine([...journalLines(), forged]),
    ]);
    const { out } = await atel(['verify', '--source', 'backup'], { columns: 200 });
    expect(out).toContain('x\\x1b[2J/1 seq 1–5');
    expect(out).not.toMatch(acting);
  });

  it('is JSON with the same value on a terminal, and byte for byte in a pipe', async () => {
    writeJournal(paths.journalDir, drafts);
    const [, line = ''] = journalLines();
    const terminal = await atel(['timeline', SESSION_A, '--json'], { columns: 80 });
    expect(terminal.out).not.toBe(`${line}\n`);
    expect(JSON.parse(terminal.out)).toEqual(JSON.parse(line));
    expect((await atel(['timeline', SESSION_A, '--json'])).out).toBe(`${line}\n`);
  });

  it('is coloured on a terminal only, and not with NO_COLOR', async () => {
    writeJournal(paths.journalDir, wholeSession());
    // oxlint-disable-next-line no-control-regex
    const colour = /\u001b\[31m/;
    expect((await atel(['timeline', SESSION_A], { columns: 100 })).out).toMatch(colour);
    expect((await atel(['timeline', SESSION_A], { columns: 100 }, { NO_COLOR: '1' })).out).not.toMatch(
      colour,
    );
    expect((await atel(['timeline', SESSION_A])).out).not.toMatch(colour);
  });
});

describe('wrong usage', () => {
  it.each([
    [
      ['sessions', '--since', 'yesterday'],
      /^atel: --since: "yesterday" is no time; write 30m, 24h, 7d, 2026-11-22 or/,
    ],
    [['sessions', '--since', '2026-02-30'], /^atel: --since: "2026-02-30" is no time; /],
    [['sessions', '--until', '2026-11-22T25:00:00Z'], /^atel: --until: .* is no time; /],
    [
      ['sessions', '--since', '2026-11-22', '--until', '2026-11-20'],
      /^atel: --since: 2026-11-22 is not before --until 2026-11-20; swap them/,
    ],
    [['tail', '-n', 'many'], /^atel: --lines: "many" is no number from 0 to 5000; see --help$/m],
    [['query', '-n', '0'], /^atel: --last: "0" is no number from 1 to 5000; see --help$/m],
    [
      ['up', '--loki-port', '65536'],
      /^atel: --loki-port: "65536" is no number from 1 to 65535; see --help$/m,
    ],
    [['sessions', '--json', '--csv'], /^atel: --json, --csv: exclude each other; give one of them$/m],
    [['timeline', 'a1b2c3d4', '--json', '--csv'], /^atel: --json, --csv: exclude each other/],
    [['findings', '--json', '--csv'], /^atel: --json, --csv: exclude each other/],
    [['sessoins'], /did you mean `sessions`/],
    [['unlike'], /^atel: there is no command `unlike`; see atel --help$/m],
  ])('%j is one line that names the flag', async (args, message) => {
    const { out, err, code } = await atel(args);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(code).not.toBe(0);
  });

  it('takes a date for the whole day, in UTC', async () => {
    writeJournal(paths.journalDir, wholeSession());
    expect((await atel(['sessions', '--since', '2026-11-22', '--until', '2026-11-22'])).out).toContain(
      'a1b2c3d4',
    );
    expect((await atel(['sessions', '--until', '2026-11-21'])).out).toBe('');
    expect((await atel(['sessions', '--since', '2026-11-22T21:00:08+01:00', '--json'])).out).toContain(
      '"events":4,',
    );
  });

  it.each(['tail', 'sessions', 'timeline', 'findings', 'query'])(
    '%s --help has examples',
    async (command) => {
      const { out, code } = await atel([command, '--help']);
      expect(code).toBe(0);
      expect(out.match(/^ {2,}(Examples: )? *atel /gm)?.length).toBeGreaterThanOrEqual(2);
    },
  );
});

describe('atel as a process', () => {
  const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [MAIN, ...args], { env: { HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] });

  it('tail prints the newest, then what arrives, and ends with 0 at Ctrl-C', async () => {
    writeJournal(paths.journalDir, wholeSession());
    const child = start(['tail', '-n', '2', '--json']);
    try {
      let out = '';
      child.stdout.on('data', (chunk) => (out += String(chunk)));
      const until = async (count: number): Promise<void> => {
        while (out.split('\n').length <= count) await once(child.stdout, 'data');
      };
      await until(2);
      expect(out.trimEnd().split('\n')).toEqual(journalLines().slice(-2));
      writeJournal(paths.journalDir, [draft(30), draft(31)]);
      await until(4);
      expect(out.trimEnd().split('\n')).toEqual(journalLines().slice(-4));
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('ends in silence when its reader does', async () => {
    writeJournal(
      paths.journalDir,
      Array.from({ length: 3000 }, (_, i) => draft(i)),
      { batch: 500 },
    );
    const child = start(['query', '--json']);
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(err).not.toMatch(/EPIPE|Error/);
  });
});
