/** Chooses and opens a source. */
import { listSegments } from '../journal/segments.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { listBackupFiles } from './backup-lines.ts';
import { createBackupSource } from './backup-source.ts';
import { createJournalSource } from './journal-source.ts';
import { createLokiClient, type LokiClient } from './loki-client.ts';
import { createLokiSource } from './loki-source.ts';
import type { Note, RecordSource, SourceName } from './record-source.ts';

export interface OpenSourceDeps {
  readonly journalDir: string;
  readonly backupDir: string;
  /** Asked for only when Loki comes into question, since it needs the configuration. */
  readonly lokiUrl: () => string;
  readonly note: Note;
  readonly clock?: Clock;
}

/**
 * The source that was asked for, else the best that answers: the journal, then Loki, then the backup. When nothing was
 * ever recorded it is the journal, empty.
 * @throws AtelError unreachable — Loki was asked for and does not answer; input — there is no backup
 */
export async function openSource(kind: SourceName | undefined, deps: OpenSourceDeps): Promise<RecordSource> {
  const { journalDir, backupDir, note, clock = systemClock } = deps;
  const journal = (): RecordSource => createJournalSource({ directory: journalDir, note });
  const backup = (): RecordSource => createBackupSource({ directory: backupDir, note });
  const loki = (client: LokiClient): RecordSource => createLokiSource({ client, clock, note });
  const hasBackup = listBackupFiles(backupDir).length > 0;
  if (kind === 'loki') return loki(await requireLoki(deps.lokiUrl()));
  if (kind === 'backup' && !hasBackup) {
    throw new AtelError('input', 'there is no backup file', {
      where: backupDir,
      fix: 'start the Collector that writes it with `atel up`, or use --source journal',
    });
  }
  if (kind === 'backup') return backup();
  if (kind === 'journal' || listSegments(journalDir).length > 0) return journal();
  const client = createLokiClient(deps.lokiUrl());
  if (await client.answers()) return loki(client);
  return hasBackup ? backup() : journal();
}

/**
 * A client of a Loki that answers.
 * @throws AtelError unreachable — none does
 */
export async function requireLoki(url: string): Promise<LokiClient> {
  const client = createLokiClient(url);
  if (await client.answers()) return client;
  throw new AtelError('unreachable', 'no Loki answers', {
    where: url,
    fix: 'start it with `atel up`, or use --source journal',
  });
}
