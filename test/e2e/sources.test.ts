import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DraftRecord } from '../../src/journal/record.ts';
import { NANOS_PER_SECOND, systemClock } from '../../src/platform/clock.ts';
import { createBackupSource } from '../../src/query/backup-source.ts';
import { createJournalSource } from '../../src/query/journal-source.ts';
import { quote } from '../../src/query/logql.ts';
import { createLokiClient } from '../../src/query/loki-client.ts';
import { createLokiSource } from '../../src/query/loki-source.ts';
import type { RecordFilter, RecordSource } from '../../src/query/record-source.ts';
import { resolveSession } from '../../src/query/resolve-session.ts';
import {
  callDraft,
  draft,
  SESSION_A,
  SESSION_B,
  START_NANOS,
  wholeSession,
  writeJournal,
} from '../helpers/records.ts';
import { sendRecords } from '../helpers/send-records.ts';
import { stackParts, startStack, type TestStack } from '../helpers/stack.ts';

const HOSTILE = [
  '"} |= "',
  '`',
  'back\\slash',
  'new\nline',
  'tab\t',
  'größe 🌍',
  '{{.}}',
  '%',
  '\u0000',
  '\u2028',
];
const DAY_SECONDS = 86_400;
/** Ten minutes ago, counted as `draft` does: Loki treats what is old differently. */
const AT = Number((systemClock() - START_NANOS) / NANOS_PER_SECOND) - 600;
const nanosAt = (seconds: number): bigint => START_NANOS + BigInt((AT + seconds) * 1000) * 1_000_000n;

describe.skipIf(!stackParts)('the three sources', () => {
  const dir = mkdtempSync(join(tmpdir(), 'atel-sources-'));
  let stack: TestStack;
  let sources: { readonly journal: RecordSource; readonly backup: RecordSource; readonly loki: RecordSource };
  const notes: string[] = [];
  const note = (text: string): unknown => notes.push(text);

  beforeAll(async () => {
    stack = await startStack({ dir: join(dir, 'stack') });
    const journalDir = join(dir, 'journal');
    const client = createLokiClient(stack.loki.url);
    sources = {
      journal: createJournalSource({ directory: journalDir, note }),
      backup: createBackupSource({ directory: stack.collector.backupDir, note }),
      loki: createLokiSource({ client, clock: systemClock, note }),
    };
    const sealed = writeJournal(journalDir, drafts(), { batch: 500 });
    const genesis = await read(sources.journal, { event: 'Audit' });
    await sendRecords(stack.collector, [
      ...genesis.map(({ line, record }) => ({ line, record, leaf: '' })),
      ...sealed,
    ]);
    await arrived(sources.loki, sealed.length + 1);
  });
  afterAll(async () => {
    await stack.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const filters: RecordFilter[] = [
    {},
    { session: SESSION_A },
    { session: 'a1b2f' },
    { tool: 'Bash' },
    { event: 'PreToolUse' },
    { event: 'file_read' },
    { project: 'shop', event: 'SessionEnd' },
    { project: '/home/jeff/shop', tool: 'Read' },
    { since: nanosAt(2.5), until: nanosAt(7) },
    { since: nanosAt(-28 * DAY_SECONDS), tool: 'Old' },
    ...HOSTILE.map((tool) => ({ tool })),
    ...HOSTILE.filter((text) => !text.includes('\u0000')).map((project) => ({ project })),
    { tool: 'nothing of the kind' },
  ];
  it.each(filters.map((filter) => [inspect(filter), filter] as const))(
    'agree byte for byte on %s',
    async (_, filter) => {
      const [journal, backup, loki] = await Promise.all(
        [sources.journal, sources.backup, sources.loki].map(async (source) =>
          (await read(source, filter)).map(({ line }) => line),
        ),
      );
      expect(journal?.length).toBeGreaterThanOrEqual(filter.tool === 'nothing of the kind' ? 0 : 1);
      expect(backup).toEqual(journal);
      expect(loki).toEqual(journal);
    },
  );

  it('agree on the newest and on beginnings of session ids', async () => {
    for (const source of Object.values(sources)) {
      const recent = await source.recent({ session: SESSION_A }, 3);
      expect(recent.map(({ record }) => record.hook_event)).toEqual([
        'PostToolBatch',
        'PreToolUse',
        'SessionEnd',
      ]);
      expect(await resolveSession(source, 'a1b2f')).toBe(SESSION_B);
      await expect(resolveSession(source, 'a1b2')).rejects.toThrow('several sessions begin with "a1b2"');
    }
    // On a busy machine a reading tells its progress; nothing else is worth a note here.
    expect(notes.filter((text) => !text.startsWith('reading '))).toEqual([]);
  });

  it('Loki understands every quoted text as that text', async () => {
    const client = createLokiClient(stack.loki.url);
    for (const text of [...HOSTILE, '\u0001\u001f\u007f\u0085\u2029\ufeff', '\\n', '\\u0041', '\ud800']) {
      const result = await client.metric(
        `label_replace(vector(1), "text", ${quote(text.replaceAll('$', ''))}, "", "")`,
        systemClock(),
      );
      expect(result).toMatchObject({
        resultType: 'vector',
        result: [{ metric: { text: text.toWellFormed() } }],
      });
    }
  });

  it('a query that Loki refuses is the user’s, in one line', async () => {
    const client = createLokiClient(stack.loki.url);
    await expect(client.metric('sum(', systemClock())).rejects.toThrow(
      /^http:\S+: Loki refuses the query: parse error [^\n]*$/,
    );
  });

  it('Loki tells what arrives while it is followed, once', async () => {
    const stop = new AbortController();
    const arriving = sources.loki.follow({ session: 'live' }, stop.signal);
    const live = [0, 1, 2].map((nr) =>
      draft(AT + 600 + nr, {
        session_id: 'live',
        session_context: { session_id: 'live', root_session: 'live' },
      }),
    );
    const sealed = writeJournal(join(dir, 'journal'), live);
    const seen: string[] = [];
    await sendRecords(stack.collector, sealed.slice(0, 1));
    for await (const { line } of arriving) {
      seen.push(line);
      if (seen.length === 1) await sendRecords(stack.collector, sealed);
      if (seen.length === 3) stop.abort();
    }
    expect(seen).toEqual(sealed.map(({ line }) => line));
  });
});

/** A session, records that are older or late, more at one moment than time can tell apart, names that try to break out. */
function drafts(): readonly DraftRecord[] {
  const other = {
    session_id: SESSION_B,
    session_context: { session_id: SESSION_B, root_session: SESSION_A },
  };
  return [
    // In another window than the rest. (What is older than 30 days shows in Loki only once it is flushed.)
    callDraft(AT - 29 * DAY_SECONDS, 'PreToolUse', { id: 'old', name: 'Old' }, other),
    callDraft(AT - 27 * DAY_SECONDS, 'PreToolUse', { id: 'old', name: 'Old' }, other),
    ...wholeSession(AT),
    callDraft(AT - 3600, 'PreToolUse', { id: 'late', name: 'Late' }, other),
    // Beyond one page of Loki, 20 of them at each moment.
    ...Array.from({ length: 6000 }, (_, i) =>
      callDraft(AT + 20 + Math.floor(i / 20), 'PostToolUse', { id: `many-${i}`, name: 'Many' }, other),
    ),
    ...HOSTILE.map((name, i) =>
      callDraft(AT + 400 + i, 'PreToolUse', { id: `h${i}`, name }, { ...other, project_name: name }),
    ),
  ];
}

async function read(source: RecordSource, filter: RecordFilter) {
  const entries = [];
  for await (const entry of source.records(filter)) entries.push(entry);
  return entries;
}

async function arrived(loki: RecordSource, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await read(loki, {})).toHaveLength(count), {
    timeout: 60_000,
    interval: 250,
  });
}

function inspect(filter: RecordFilter): string {
  return JSON.stringify(filter, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
