/** The journal, opened by whoever leads: what it must know of the spool and of what was in it before. */
import type { Config } from '../config/schema.ts';
import { type Journal, openJournal } from '../journal/journal.ts';
import { systemClock } from '../platform/clock.ts';
import type { Install } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import type { Spool } from '../spool/spool.ts';
import { isSpooledIn } from './intake.ts';
import { type OwnIdentity, ownRecord } from './own-records.ts';
import { lastClaim } from './state.ts';

export interface TakeJournalOptions {
  readonly paths: Paths;
  readonly config: Config;
  readonly install: Install;
  readonly spool: Spool;
  readonly who: OwnIdentity;
}

/**
 * Opens the journal for writing.
 * @throws AtelError as `openJournal`
 */
export function takeJournal({ paths, config, install, spool, who }: TakeJournalOptions): Journal {
  return openJournal({
    dir: paths.journalDir,
    installId: install.installId,
    clock: systemClock,
    segmentBytes: config.forwarder.segment_bytes,
    isSpooled: isSpooledIn(spool, install.installId),
    claim: lastClaim(paths.dataDir),
    genesis: () => ownRecord('genesis', {}, who, { atNanos: systemClock() }),
  });
}
