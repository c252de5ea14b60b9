/** A journal of any length, made of recorded sessions under new ids, by the real writer. */
import { openJournal } from '../../src/journal/journal.ts';
import type { DraftRecord } from '../../src/journal/record.ts';
import { formatNanos, systemClock } from '../../src/platform/clock.ts';
import { sealRecordings } from '../../test/helpers/sealed-recordings.ts';

const BATCH = 512;
/** Records of one invented session. */
const SESSION_RECORDS = 200;

/** @returns an id of a session in the middle */
export async function writeJournal(dir: string, records: number): Promise<string> {
  const recorded = (await sealRecordings('everything'))
    .map(({ record }) => record)
    .filter(({ session_id: id }) => id !== undefined);
  const clock = systemClock;
  const start = clock() - BigInt(records) * 1_000_000n;
  const genesis = (): DraftRecord => ({
    v: 'atel/1',
    id: crypto.randomUUID(),
    timestamp: formatNanos(start),
    level: 'INFO',
    event_type: 'audit',
    hook_event: 'Audit',
    audit: {},
  });
  const journal = openJournal({
    dir,
    installId: '11111111-2222-4333-8444-555555555555',
    clock,
    segmentBytes: 67_108_864,
    isSpooled: () => false,
    genesis,
  });
  const sessionOf = (i: number): string =>
    `bench${String(Math.floor(i / SESSION_RECORDS)).padStart(8, '0')}-0000-4000-8000-000000000000`;
  let batch: DraftRecord[] = [];
  const flush = (): void => {
    journal.append(batch);
    journal.settle(batch.map(({ id }) => id));
    batch = [];
  };
  for (let i = 0; i < records; i++) {
    const model = recorded[i % recorded.length];
    if (!model) throw new Error('no recorded session');
    const session = sessionOf(i);
    const { audit, session_context: context, ...rest } = model;
    const { commit = 'ok', source_hmac = '', source_bytes = 0 } = audit;
    batch.push({
      ...rest,
      id: crypto.randomUUID(),
      timestamp: formatNanos(start + BigInt(i) * 1_000_000n),
      session_id: session,
      ...(context && { session_context: { ...context, session_id: session, root_session: session } }),
      audit: { commit, source_hmac, source_bytes },
    });
    if (batch.length === BATCH) flush();
  }
  if (batch.length > 0) flush();
  journal.close();
  return sessionOf(Math.floor(records / 2));
}
