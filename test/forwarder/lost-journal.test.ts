import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { emptySpool } from '../helpers/empty-spool.ts';

let home: string;
let paths: Paths;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
  openSpool(paths);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

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
