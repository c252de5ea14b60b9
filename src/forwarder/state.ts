/**
 * What the forwarder remembers between runs, beside the journal: sessions and recent captures, with the place in the
 * journal up to which they were taken into account. Lost or damaged, it is rebuilt from the journal.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { createRegistry, type Registry } from '../context/registry.ts';
import { type Claim, readHead } from '../journal/marks.ts';
import { parseRecord, readJournal } from '../journal/reader.ts';
import { readTextIfExists, writeAtomic } from '../platform/files.ts';
import { type Copies, createCopies } from './copies.ts';

const STATE_FILE = 'state.json';

const stateSchema = z.object({
  /** The newest record then: should the journal's directory be lost, it is known that there was one. */
  claim: z
    .object({ stream: z.string().regex(/^[^/]{1,128}\/\d{8}T\d{9}Z$/), seq: z.int(), leaf: z.string() })
    .optional(),
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

/** The newest record that was there when the state was saved. */
export function lastClaim(dataDir: string): Claim | undefined {
  return readSaved(join(dataDir, STATE_FILE))?.claim;
}

/** Loads the last snapshot and replays what the journal holds behind it. */
export function openState(dataDir: string, journalDir: string): ForwarderState {
  const file = join(dataDir, STATE_FILE);
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
      const { stream, seq, leaf, segment, bytes: offset } = head;
      const [claim, position] = [
        { stream, seq, leaf },
        { segment, offset },
      ];
      writeAtomic(
        file,
        JSON.stringify({ claim, position, registry: registry.snapshot(), copies: copies.snapshot() }),
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
