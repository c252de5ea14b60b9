/**
 * Appends a small, a too large and a small batch under a limit on the size of files, and tells how each went.
 * Usage: sh -c 'ulimit -f 32; exec node full-disk-writer.ts <journal>'
 */
import { openJournal } from '../../src/journal/journal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { errnoOf } from '../../src/platform/errors.ts';
import { draft } from './drafts.ts';

const journal = openJournal({
  dir: process.argv[2] ?? '',
  installId: 'install',
  clock: systemClock,
  segmentBytes: 67_108_864,
  isSpooled: () => false,
  genesis: () => draft('genesis'),
});
const outcomes = [5, 100, 3].map((count) => {
  try {
    return journal.append(Array.from({ length: count }, (_, i) => draft(`${count}-${i}`, 'session'))).length;
  } catch (error) {
    return errnoOf(error);
  }
});
journal.close();
process.stdout.write(JSON.stringify(outcomes));
