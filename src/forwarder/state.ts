/**
 * What the forwarder remembers between runs, beside the journal: sessions and recent captures, with the place in the
 * journal up to which they were taken into account. Lost or damaged, it is rebuilt from the journal.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { createRegistry, type Registry } from '../context/registry.ts';
import { readHead } from '../journal/marks.ts';
import { parseRecord, readJournal } from '../journal/reader.ts';
import { readTextIfExists, writeAtomic } from '../platform/files.ts';
import { type Copies, createCopies } from './copies.ts';

const stateSchema = z.object({
  position: z.object({ segment: z.string(), offset: z.int() }),
  registry: z.string(),
  copies: z.unknown(),
});

export interface ForwarderState {
  readonly registry: Registry;
  readonly copies: Copies;
  /** Writes the snapshot for the journal's present end. */
  save(): void;
}

/** Loads the last snapshot and replays what the journal holds behind it. */
export function openState(dataDir: string, journalDir: string): ForwarderState {
  const file = join(dataDir, 'state.json');
  const saved = readSaved(file);
  const registry = createRegistry(saved?.registry);
  const copies = createCopies(saved?.copies);
  for (const { line } of readJournal(journalDir, saved?.position)) {
    const record = parseRecord(line);
    if (!record) continue;
    registry.observe(record);
    const { source_hmac: hmac, commit } = record.audit;
    // As intake counts: only of a whole capture another one can be a copy.
    if (hmac !== undefined && commit === 'ok') copies.isCopy(hmac, record.metadata?.installation ?? '');
  }
  return {
    registry,
    copies,
    save() {
      const head = readHead(journalDir);
      if (!head) return;
      const position = { segment: head.segment, offset: head.bytes };
      writeAtomic(
        file,
        JSON.stringify({ position, registry: registry.snapshot(), copies: copies.snapshot() }),
      );
    },
  };
}

function readSaved(file: string): z.output<typeof stateSchema> | undefined {
  try {
    return stateSchema.parse(JSON.parse(readTextIfExists(file) ?? ''));
  } catch {
    return undefined;
  }
}
