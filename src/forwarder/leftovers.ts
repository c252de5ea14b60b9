/** Temporary files that processes left when they were killed in the middle of replacing a file. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { startTimeOf } from '../platform/processes.ts';

/** As `writeAtomic` names them: `<file>.<pid>.tmp`. */
const TEMPORARY = /\.(\d+)\.tmp$/;

/** Removes those of processes that are gone. To be called by the leader, before it writes anything. */
export function removeLeftovers({ dataDir, journalDir, deadLetterDir }: Paths): void {
  for (const dir of [dataDir, journalDir, join(journalDir, 'torn'), deadLetterDir]) {
    for (const name of namesIn(dir)) {
      const pid = Number(TEMPORARY.exec(name)?.[1] ?? Number.NaN);
      if (pid === process.pid || (pid > 0 && startTimeOf(pid) === undefined))
        rmSync(join(dir, name), { force: true });
    }
  }
}
