/** A spool of any length, of the recorded mix. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatDropFile } from '../../src/spool/drop-file.ts';
import { loadPayloads } from '../../test/helpers/payloads.ts';

/** Writes spool files of the recorded payloads in turn, as hooks would have left them. */
export function fillSpool(queueDir: string, count: number): void {
  const recorded = loadPayloads('2.1.330');
  for (let i = 0; i < count; i++) {
    const one = recorded[i % recorded.length];
    if (!one) throw new Error('no recorded payloads');
    const { event, payload, env } = one;
    const name = crypto.randomUUID();
    const values = {
      pid: '1',
      agent: env['AI_AGENT'] ?? '',
      project_dir: '/home/dev/project',
      marker: '/home/dev/project',
      active: 'marker',
    };
    const own = { ...payload, session_id: `bench-${i % 20}` };
    writeFileSync(
      join(queueDir, name),
      formatDropFile(
        { event, installation: 'settings-user', name, values },
        Buffer.from(JSON.stringify(own)),
      ),
      { mode: 0o600 },
    );
  }
}
