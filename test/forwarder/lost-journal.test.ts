import { readdirSync, rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import type { Paths } from '../../src/platform/paths.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { emptySpool } from '../helpers/empty-spool.ts';
import { temporaryHome } from '../helpers/temporary-home.ts';

let paths: Paths;
beforeEach(() => {
  ({ paths } = temporaryHome());
});

async function forwardOnce(): Promise<void> {
  spoolEvents(paths.queueDir, { project: '/home/dev/project', count: 3 });
  await emptySpool(paths);
  expect(readdirSync(paths.queueDir)).toEqual([]);
}

describe('a journal whose directory was removed', () => {
  it('is followed by one that says so and names what was lost', async () => {
    await forwardOnce();
    const before = [...readJournal(paths.journalDir)].length;
    rmSync(paths.journalDir, { recursive: true });
    await forwardOnce();
    const [first] = readJournal(paths.journalDir);
    expect(parseRecord(first?.line ?? '')?.action_details).toMatchObject({
      kind: 'genesis',
      reason: 'journal_missing',
      prev_seq: before,
    });
  });
});
