/**
 * A forwarder reduced to its promise: journals the files of a spool directory and removes them, until there are none.
 * Usage: node kill-writer.ts <journal> <spool>. Prints `ready` once the journal is open.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../src/journal/journal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { fsyncDir } from '../../src/platform/files.ts';
import { draft } from './drafts.ts';

const [dir = '', spool = ''] = process.argv.slice(2);
const journal = openJournal({
  dir,
  installId: 'install',
  clock: systemClock,
  segmentBytes: 16_384,
  snapshotBytes: 8192,
  isSpooled: (id) => existsSync(join(spool, id)),
  genesis: () => draft(`genesis-${process.pid}`),
});
journal.settle([`genesis-${process.pid}`]);
process.stdout.write('ready\n');
for (let names = readdirSync(spool); names.length > 0; names = readdirSync(spool)) {
  const batch = names.slice(0, 1 + (process.pid % 7));
  journal.append(batch.map((name) => draft(name, `session-${name.length}`)));
  for (const name of batch) rmSync(join(spool, name));
  fsyncDir(spool);
  journal.settle(batch);
}
journal.close();
