/** Homes of users with something of every kind in the spool, and the check that nothing of it was lost. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { updateConfigFile } from '../../src/config/load.ts';
import { readCursor, readHead } from '../../src/journal/marks.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { emptySpool } from '../helpers/empty-spool.ts';
import type { OtlpSink } from '../helpers/otlp-sink.ts';
import { verdictOf } from '../journal/support.ts';

/** Nobody waits for the end of files as old as these. */
const AGED = new Date('2026-11-01T10:00:00Z');
const AGED_LATER = new Date('2026-11-01T10:00:01Z');
const TRAILER_BYTES = `\n\u001eOK ${randomUUID()}\n`.length;

export interface Home {
  readonly dir: string;
  readonly paths: Paths;
  /** Ids that the journal must have in the end, each once; some ids are hashes, so these are counted. */
  readonly ids: Set<string>;
  /** Events whose ids only the forwarder knows. */
  unnamed: number;
  /** Names in the queue that stay there. */
  readonly foreign: Set<string>;
  /** Raw files that must end in the quarantine, by name. */
  readonly raw: Map<string, Buffer>;
  readonly sink: OtlpSink;
  copy(dir: string): Home;
}

/** Nothing but a configuration: tiny segments, and an endpoint. */
export function cleanHome(dir: string, sink: OtlpSink): Home {
  const paths = resolvePaths({ HOME: dir });
  mkdirSync(dir, { recursive: true });
  updateConfigFile(paths.configFile, [
    [['export', 'endpoint'], sink.url],
    [['forwarder', 'segment_bytes'], 4096],
  ]);
  return homeAt({ dir, ids: new Set(), unnamed: 0, foreign: new Set(), raw: new Map(), sink });
}

function homeAt(state: Omit<Home, 'paths' | 'copy'>): Home {
  return {
    ...state,
    paths: resolvePaths({ HOME: state.dir }),
    copy(dir) {
      // The ids of files without a uuid depend on inodes, so a copied home is a home of its own.
      execFileSync('cp', ['-a', this.dir, dir]);
      return homeAt({ ...this, dir, ids: new Set(this.ids) });
    },
  };
}

/** A home whose spool has never been read. */
export function freshHome(home: Home): Promise<void> {
  fillSpool(home);
  return Promise.resolve();
}

/** A home with a journal, and new events. */
export async function usedHome(home: Home): Promise<void> {
  fillSpool(home);
  await emptySpool(home.paths);
  fillSpool(home);
}

/**
 * A home as a crash leaves it: the last events are journaled and still in the spool, the marks are behind, half a line
 * stands at the end.
 */
export async function crashedHome(home: Home): Promise<void> {
  await usedHome(home);
  const { dataDir, journalDir, queueDir } = home.paths;
  const before = `${home.dir} before`;
  execFileSync('cp', ['-a', dataDir, before]);
  await emptySpool(home.paths);
  for (const name of readdirSync(join(before, 'spool/q'))) {
    const file = join(before, 'spool/q', name);
    // Where ids are hashes of inodes a file put back would be another one.
    if (name.includes('.') || home.foreign.has(name)) continue;
    cpSync(file, join(queueDir, name), { preserveTimestamps: true });
  }
  for (const mark of ['head.json', 'sessions.json', 'cursor.json'])
    cpSync(join(before, 'journal', mark), join(journalDir, mark));
  cpSync(join(before, 'state.json'), join(dataDir, 'state.json'));
  rmSync(before, { recursive: true });
  appendFileSync(join(journalDir, listSegments(journalDir).at(-1) ?? ''), '{"action_details":{"kind":"hea');
}

/** What happens after a crash: another event comes, and with it a forwarder that works. */
export async function recover(home: Home): Promise<void> {
  for (const id of spoolEvents(home.paths.queueDir, { project: home.dir, count: 1 })) home.ids.add(id);
  await emptySpool(home.paths);
}

/** Whole, twofold, unreadable, torn, unfinished, foreign, lost: one of each. */
function fillSpool(home: Home): void {
  const { queueDir, lostDir } = home.paths;
  openSpool(home.paths);
  for (const id of spoolEvents(queueDir, { project: home.dir, count: 3 })) home.ids.add(id);
  const put = (bytes: (name: string) => Buffer, name: string = randomUUID(), at = AGED): string => {
    writeFileSync(join(queueDir, name), bytes(name), { mode: 0o600 });
    utimesSync(join(queueDir, name), at, at);
    return name;
  };
  const whole =
    (payload: string, installation = 'settings-project') =>
    (name: string): Buffer =>
      formatDropFile({ event: 'Stop', installation, name, values: { pid: '1' } }, Buffer.from(payload));
  const stop = JSON.stringify({ hook_event_name: 'Stop', session_id: randomUUID(), cwd: home.dir });
  home.ids.add(put(whole(stop)));
  put(whole(stop, 'settings-user'), randomUUID(), AGED_LATER);
  for (const bytes of [
    whole(`{{{ ${randomUUID()}`),
    (): Buffer => Buffer.from(`atel-spool/1 Stop settings-project ${randomUUID()}`),
    (name: string): Buffer => whole(stop)(name).subarray(0, -10),
  ]) {
    const name = put(bytes);
    home.ids.add(name);
    home.raw.set(name, readFileSync(join(queueDir, name)));
  }
  const other = JSON.stringify({ hook_event_name: 'Stop', session_id: randomUUID(), cwd: home.dir });
  home.ids.add(put((name) => whole(other)(name).subarray(0, -TRAILER_BYTES)));
  put(whole(other.replace('Stop', 'SubagentStop')), `77.${home.unnamed}.0`);
  home.unnamed++;
  const link = `link-${home.foreign.size}`;
  symlinkSync('/etc/passwd', join(queueDir, link));
  home.foreign.add(link);
  const lost = randomUUID();
  writeFileSync(join(lostDir, `write1.${lost}`), '', { mode: 0o600 });
  home.ids.add(`loss-write1-${lost}`);
}

/** Every event once, an intact journal, all of it delivered, an empty spool, and no litter. */
export function expectNothingLost({ paths, ids, unnamed, foreign, raw, sink }: Home, about = ''): void {
  const lines = [...readJournal(paths.journalDir)].map(({ line }) => line);
  const records = lines.flatMap((line) => parseRecord(line) ?? []);
  const named = records.filter((each) => ids.has(each.id)).map(({ id }) => id);
  expect(named.toSorted(), about).toEqual([...ids].toSorted());
  const others = records.filter((each) => !ids.has(each.id) && each.hook_event !== 'Audit');
  expect(
    others.map(({ hook_event: event }) => event),
    about,
  ).toEqual(Array.from({ length: unnamed }, () => 'SubagentStop'));
  expect(toldForeign(records), about).toEqual([...foreign].toSorted());

  expect(verdictOf(paths.journalDir), about).toMatchObject({ verdict: 'intact', head: 'ok', cursor: 'ok' });
  expect(readCursor(paths.journalDir)?.seq, about).toBe(readHead(paths.journalDir)?.seq);
  const delivered = new Set(sink.accepted.map(({ body }) => body));
  expect(
    lines.filter((line) => !delivered.has(line)),
    about,
  ).toEqual([]);

  expect(readdirSync(paths.queueDir).toSorted(), about).toEqual([...foreign].toSorted());
  expect(readdirSync(paths.lostDir), about).toEqual([]);
  expect(readdirSync(paths.quarantineDir).toSorted(), about).toEqual([...raw.keys()].toSorted());
  for (const [name, bytes] of raw)
    expect(readFileSync(join(paths.quarantineDir, name)).equals(bytes), about).toBe(true);
  expect(litter(paths), about).toEqual([]);
}

function toldForeign(records: readonly AtelRecord[]): readonly string[] {
  const told = records.flatMap(({ action_details: details }) =>
    details?.kind === 'foreign_file' ? [String(details['file'])] : [],
  );
  return [...new Set(told)].toSorted((a, b) => a.localeCompare(b));
}

/** Files that no one will ever use. */
function litter({ dataDir, pidFile }: Paths): readonly string[] {
  const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  return [...names.filter((name) => name.endsWith('.tmp')), ...(existsSync(pidFile) ? [pidFile] : [])];
}
