/** Events as the hook leaves them in the spool, made from recorded payloads of the real client. */
import { randomUUID } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { loadPayloads } from './payloads.ts';

interface SpooledEvents {
  readonly project: string;
  readonly count: number;
  /** When the event with this index was captured, in ms since 1970; default now. */
  readonly at?: (index: number) => number;
}

const PAYLOADS = loadPayloads('2.1.330', 'everything');

/**
 * Puts events of one new session into the queue.
 * @returns the ids their records will have
 */
export function spoolEvents(queueDir: string, { project, count, at }: SpooledEvents): readonly string[] {
  const session = randomUUID();
  return Array.from({ length: count }, (_, index) => {
    const name = randomUUID();
    const recorded = PAYLOADS[index % PAYLOADS.length];
    if (!recorded) throw new Error('there are no recorded payloads');
    const header = {
      event: recorded.event,
      installation: 'settings-project',
      name,
      values: { session_id: session, project_dir: project, marker: project, active: 'marker' },
    };
    const payload = { ...recorded.payload, session_id: session, cwd: project };
    const path = join(queueDir, name);
    writeFileSync(path, formatDropFile(header, Buffer.from(JSON.stringify(payload))), { mode: 0o600 });
    if (at) utimesSync(path, at(index) / 1000, at(index) / 1000);
    return name;
  });
}
