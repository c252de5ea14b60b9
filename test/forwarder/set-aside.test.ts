import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ownRecord } from '../../src/forwarder/own-records.ts';
import { takeJournal } from '../../src/forwarder/take-journal.ts';
import { parseRecord, readJournal } from '../../src/journal/reader.ts';
import { loadInstall } from '../../src/platform/install-id.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { openSpool } from '../../src/spool/spool.ts';
import { spoolEvents } from '../helpers/drop-files.ts';
import { emptySpool } from '../helpers/empty-spool.ts';

const WHO = { host: 'laptop', user: 'dev', telemetryVersion: '0' };

let home: string;
let paths: Paths;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'atel-'));
  paths = resolvePaths({ HOME: home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As a crash leaves it that came between the journal and the spool. */
function journalThose(ids: readonly string[], type: string): void {
  const config = loadConfig(paths.configFile);
  const install = loadInstall(paths);
  const journal = takeJournal({ paths, config, install, spool: openSpool(paths), who: WHO });
  const atNanos = 1_795_000_000_000_000_000n;
  journal.append(
    ids.map((id) => ({ ...ownRecord('heartbeat', {}, WHO, { id, atNanos }), event_type: type })),
  );
  journal.close();
}

describe('a spool file whose record was journaled before a crash', () => {
  it.each([
    ['unreadable', 'goes to the quarantine, readable as it may look to this version'],
    ['command_execution', 'goes'],
  ])('as %s, %s', async (type) => {
    openSpool(paths);
    const ids = spoolEvents(paths.queueDir, { project: '/home/dev/project', count: 2 });
    journalThose(ids, type);
    await emptySpool(paths);
    expect(readdirSync(paths.queueDir)).toEqual([]);
    expect(readdirSync(paths.quarantineDir).toSorted()).toEqual(type === 'unreadable' ? ids.toSorted() : []);
    const journaled = [...readJournal(paths.journalDir)].map(({ line }) => parseRecord(line)?.id ?? '');
    expect(journaled.filter((id) => ids.includes(id))).toEqual(ids);
  });
});
