/** What one forwarder makes of a spool: batches, marks in the records, counts, and what stays behind. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { readSnapshot } from '../../src/journal/snapshot.ts';
import type { Paths } from '../../src/platform/paths.ts';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { emptySpool } from '../helpers/empty-spool.ts';
import { temporaryHome } from '../helpers/temporary-home.ts';

const HOUR_SECONDS = 3600;
const TRAILER_BYTES = `\n\u001eOK ${randomUUID()}\n`.length;

let paths: Paths;
beforeEach(() => {
  ({ paths } = temporaryHome());
});

/** Puts a file into the queue, modified so many seconds from now. @returns its name, and its record's id */
function put(content: (name: string) => string | Buffer, seconds = 0): string {
  const name = randomUUID();
  const path = join(paths.queueDir, name);
  writeFileSync(path, content(name), { mode: 0o600 });
  const time = Date.now() / 1000 + seconds;
  utimesSync(path, time, time);
  return name;
}

const whole =
  (payload: string, installation = 'settings-user') =>
  (name: string): Buffer =>
    formatDropFile({ event: 'Stop', installation, name, values: {} }, Buffer.from(payload));
const stop = (session: string): string => JSON.stringify({ hook_event_name: 'Stop', session_id: session });

const records = (): readonly AtelRecord[] =>
  [...readJournal(paths.journalDir)].flatMap(({ line }) => parseRecord(line) ?? []);
const recordOf = (id: string): AtelRecord | undefined => records().find((record) => record.id === id);
const own = (kind: string): readonly AtelRecord[] =>
  records().filter(({ action_details: details }) => details?.kind === kind);

/** How many events each append brought. */
function batches(): readonly number[] {
  const events = records().filter(({ hook_event: event }) => event !== 'Audit');
  return [...Map.groupBy(events, ({ audit }) => audit.received).values()].map(({ length }) => length);
}

describe('the intake', () => {
  it('takes 1,024 files at a time, and all of them', async () => {
    for (let i = 0; i < 1_030; i++) put(whole(stop(`s${i % 7}-${i}`)));
    await emptySpool(paths);
    expect(batches()).toEqual([1_024, 6]);
    expect(readdirSync(paths.queueDir)).toEqual([]);
  }, 60_000);

  it('takes 16 MiB at a time, or one larger file alone', async () => {
    const sizes = [17, 6, 6, 6].map((mib, i) => ({ bytes: mib * 1_048_576, seconds: i - 100 }));
    // Nothing that a parser would look at for long.
    for (const { bytes, seconds } of sizes) put(whole('x'.repeat(bytes)), seconds);
    await emptySpool(paths);
    expect(batches()).toEqual([1, 2, 1]);
    expect(readdirSync(paths.quarantineDir)).toHaveLength(4);
  }, 60_000);

  it('says in the record what was not whole, was left out, or has a time that cannot be right', async () => {
    const unmarked = put((name) => whole(stop('a'))(name).subarray(0, -TRAILER_BYTES), -60);
    const torn = put(() => 'atel-spool/1 Sto', -60);
    const refused = put(
      (name) => `atel-spool/1 Stop s ${name}\nproject_dir!too_long\n\n${stop('b')}\n\u001eOK ${name}\n`,
    );
    const ahead = put(whole(stop('c')), HOUR_SECONDS);
    await emptySpool(paths);
    expect(recordOf(unmarked)).toMatchObject({ event_type: 'stop', audit: { commit: 'unmarked' } });
    expect(recordOf(torn)).toMatchObject({ event_type: 'unreadable', audit: { commit: 'torn' } });
    expect(recordOf(refused)?.audit).toMatchObject({ commit: 'ok', cut: ['header.project_dir'] });
    expect(recordOf(ahead)?.audit.clock).toBe('ahead');
    expect([unmarked, refused].map((id) => recordOf(id)?.audit.clock)).toEqual([undefined, undefined]);
    expect(readFileSync(join(paths.quarantineDir, torn), 'utf8')).toBe('atel-spool/1 Sto');
  });

  it('keeps the bytes of what nobody can read, where there are any', async () => {
    // Of which no other one is a copy, though nothing of both is left.
    const torn = put(() => 'atel-spool/1 Sto', -60);
    const [empty = '', garbage = ''] = ['', '{"half'].map((payload) => put(whole(payload)));
    await emptySpool(paths);
    for (const id of [torn, empty, garbage]) expect(recordOf(id)?.event_type).toBe('unreadable');
    expect(readdirSync(paths.quarantineDir).toSorted()).toEqual([torn, garbage].toSorted());
    expect(readdirSync(paths.queueDir)).toEqual([]);
  });

  it('counts what it met, and tells it when it leaves', async () => {
    put(whole(stop('a'), 'settings-user'), -2);
    put(whole(stop('a'), 'settings-project'), -1);
    put(whole('{'), -1);
    symlinkSync('/etc/passwd', join(paths.queueDir, 'link'));
    writeFileSync(join(paths.lostDir, `write1.${randomUUID()}`), '', { mode: 0o600 });
    await emptySpool(paths);
    expect(own('forwarder_stop').at(-1)?.action_details).toMatchObject({
      received: 3,
      duplicates: 1,
      quarantined: 1,
      foreign: 1,
      lost: 1,
      // Two events, the loss and the foreign file.
      journaled: 4,
    });
  });

  it('tells of a foreign file once, for as long as it lies there, under a name of bounded length', async () => {
    const link = 'l'.repeat(200);
    symlinkSync('/etc/passwd', join(paths.queueDir, link));
    const mark = 'm'.repeat(240);
    writeFileSync(join(paths.lostDir, `write1.${mark}`), '', { mode: 0o600 });
    for (let start = 0; start < 3; start++) {
      put(whole(stop(`s${start}`)));
      await emptySpool(paths);
    }
    const foreign = own('foreign_file');
    expect(foreign.map(({ action_details: details }) => details?.['file'])).toEqual([link.slice(0, 128)]);
    expect(own('loss').map(({ id, action_details: details }) => [id.length, details?.['capture']])).toEqual([
      [200, mark.slice(0, 128)],
    ]);
    // All else is forgotten, since it is gone.
    expect([...(readSnapshot(paths.journalDir)?.unsettled.keys() ?? [])]).toEqual(
      foreign.map(({ id }) => id),
    );
  });
});
