/** The recorded payloads of the real client; see test/fixtures/payloads/README.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const FIXTURES = join(import.meta.dirname, '../fixtures/payloads');

const recordedSchema = z.strictObject({
  event: z.string(),
  scenario: z.string(),
  env: z.record(z.string(), z.string()),
  payload: z.record(z.string(), z.unknown()),
});

export type RecordedPayload = z.output<typeof recordedSchema> & { readonly file: string };

/**
 * All payloads of one client version, in the order of receipt.
 * @param scenario only those of this one
 */
export function loadPayloads(version: '2.1.330' | '2.1.100', scenario?: string): readonly RecordedPayload[] {
  const directory = join(FIXTURES, version);
  return readdirSync(directory)
    .toSorted()
    .map((file) => ({
      file,
      ...recordedSchema.parse(JSON.parse(readFileSync(join(directory, file), 'utf8'))),
    }))
    .filter((recorded) => scenario === undefined || recorded.scenario === scenario);
}
