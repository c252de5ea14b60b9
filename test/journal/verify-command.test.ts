import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHead } from '../../src/journal/marks.ts';
import { readJournal } from '../../src/journal/reader.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { otlpLine } from '../helpers/records.ts';
import { runCli } from '../helpers/run-cli.ts';
import { draft } from './drafts.ts';
import { open, temporaryJournal } from './support.ts';

const UNANCHORED = 'unanchored: a rewrite of journal and head together is not detected yet';

interface Result {
  readonly code: unknown;
  readonly out: string[];
  readonly err: string;
}

/** Where `atel` finds the journal when `XDG_DATA_HOME` is `data`. */
function journalUnder(count: number): { data: string; dir: string } {
  const data = dirname(temporaryJournal());
  const dir = join(data, 'agent-telemetry', 'journal');
  mkdirSync(dirname(dir), { mode: 0o700 });
  const journal = open(dir);
  journal.append(Array.from({ length: count }, (_, i) => draft(`${i}`, 'session')));
  journal.close();
  return { data, dir };
}

async function atel(data: string, ...argv: string[]): Promise<Result> {
  const { code, out, err } = await runCli(argv, { env: { HOME: data, XDG_DATA_HOME: data }, cwd: data });
  return { code, out: out.split('\n').slice(0, -1), err };
}

function edit(dir: string, change: (text: string) => string): void {
  const path = join(dir, listSegments(dir)[0] ?? '');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

describe('atel verify', () => {
  it('says in its first line that the journal is intact, and what that does not cover', async () => {
    const { data } = journalUnder(1233);
    expect(await atel(data, 'verify')).toEqual({
      code: 0,
      out: ['intact  1,234 records in 1 stream (seq 1–1234)', UNANCHORED],
      err: '',
    });
  });

  it('names what was tampered with, one problem a line, and exits with 1', async () => {
    const { data, dir } = journalUnder(9);
    edit(dir, (text) => text.replace('echo \\"3', 'exho \\"3').split('\n').toSpliced(7, 2).join('\n'));
    const { code, out, err } = await atel(data, 'verify');
    expect(code).toBe(1);
    expect(out).toEqual([
      'tampered  8 records in 1 stream (seq 1–10)',
      '  edited          seq 5          its hash is not the one that record 6 names',
      '  missing         seq 8–9        2 records',
      UNANCHORED,
    ]);
    expect(err).toBe(
      'atel: journal: 2 problems found; keep a copy of it as it is, then compare with another source\n',
    );
  });

  it('prints one JSON document with --json', async () => {
    const { data, dir } = journalUnder(3);
    edit(dir, (text) => text.split('\n').toSpliced(2, 1).join('\n'));
    const { code, out } = await atel(data, 'verify', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out.join('\n'))).toMatchObject({
      source: 'journal',
      verdict: 'tampered',
      records: 3,
      problemCount: 1,
      problemKinds: { missing: 1 },
      problems: [{ kind: 'missing', from: 3, to: 3 }],
      head: 'ok',
      cursor: 'absent',
    });
  });

  it('tells of the one cut record behind 200,000 damaged lines, and how many of those it does not list', async () => {
    const { data, dir } = journalUnder(3);
    edit(dir, (text) => `${'damaged\n'.repeat(200_000)}${text.split('\n').toSpliced(3).join('\n')}\n`);
    const { code, out, err } = await atel(data, 'verify');
    expect(code).toBe(1);
    expect(out).toHaveLength(1 + 20 + 1 + 1 + 1);
    expect(out.slice(20)).toEqual([
      expect.stringMatching(/^ {2}unreadable +\S+ byte 152: not a record$/),
      '  cut             seq 4          the head stands at 4',
      '  unreadable      … and 199,980 more',
      UNANCHORED,
    ]);
    expect(err).toMatch(/200,001 problems found/);
  });

  it('checks the backup file by itself and against the export cursor', async () => {
    const { data, dir } = journalUnder(9);
    const lines = Array.from(readJournal(dir), ({ line }) => line);
    const { bytes, ...head } = readHead(dir) ?? { bytes: 0 };
    writeFileSync(join(dir, 'cursor.json'), JSON.stringify({ ...head, offset: bytes }));
    const backupDir = join(data, 'agent-telemetry', 'stack', 'collector', 'backup');
    mkdirSync(backupDir, { recursive: true, mode: 0o700 });
    const verifyBackup = async (bodies: readonly string[]): Promise<readonly [unknown, string[]]> => {
      writeFileSync(join(backupDir, 'records.jsonl'), `${otlpLine(bodies)}\n`);
      const { code, out } = await atel(data, 'verify', '--source', 'backup');
      return [code, out.slice(0, -1)];
    };
    const intact = 'intact  10 records in 1 stream (seq 1–10)';
    expect(await verifyBackup(lines.toReversed())).toEqual([0, [intact]]);
    expect(await verifyBackup([...lines.slice(5), ...lines, ...lines.slice(0, 2)])).toEqual([
      0,
      [`${intact}, 7 copies`],
    ]);
    const lacking = 'incomplete  8 records in 1 stream (seq 1–9)';
    expect(await verifyBackup(lines.toSpliced(3, 1).slice(0, -1))).toEqual([
      2,
      [
        lacking,
        '  missing         seq 4          one record',
        '  cut             seq 10         the export cursor stands at 10',
      ],
    ]);
    const edited = lines.with(4, lines[4]?.replace('echo', 'exho') ?? '');
    expect(await verifyBackup(edited)).toMatchObject([
      1,
      [expect.stringMatching(/^tampered/), expect.stringMatching(/seq 5 /)],
    ]);
  });

  it('exits with 2 when the head is gone, or when there is no record', async () => {
    const { data, dir } = journalUnder(3);
    rmSync(join(dir, 'head.json'));
    expect(await atel(data, 'verify')).toMatchObject({
      code: 2,
      out: [expect.stringMatching(/^incomplete /), expect.stringMatching(/no_head/), UNANCHORED],
    });
    rmSync(join(dir, listSegments(dir)[0] ?? ''));
    expect(await atel(data, 'verify')).toMatchObject({
      code: 2,
      out: [expect.stringMatching(/^empty /), UNANCHORED],
    });
  });

  it('exits with 3 and one line when there is no journal, or it cannot be read', async () => {
    const data = dirname(temporaryJournal());
    const none = await atel(data, 'verify');
    expect(none).toMatchObject({ code: 3, out: [] });
    expect(none.err).toMatch(/^atel: \/.*\/journal: there is no journal; record something first: .*\n$/);
    mkdirSync(join(data, 'agent-telemetry'), { mode: 0o700 });
    writeFileSync(join(data, 'agent-telemetry', 'journal'), '');
    const file = await atel(data, 'verify');
    expect(file).toMatchObject({ code: 3, out: [] });
    expect(file.err).toMatch(/^atel: \/.*\/journal: is not a directory; move it away\n$/);
  });
});
