/** Recorded sessions of the real client as sealed records, the same on every machine and in every release. */
import { createSecretKey } from 'node:crypto';
import { EMPTY_LEAF } from '../../src/journal/canonical.ts';
import { genesisDetails } from '../../src/journal/genesis.ts';
import type { DraftRecord, SealedRecord } from '../../src/journal/record.ts';
import { seal } from '../../src/journal/seal.ts';
import { sourceHmac } from '../../src/forwarder/capture-id.ts';
import { ownRecord } from '../../src/forwarder/own-records.ts';
import type { PipelineInput } from '../../src/forwarder/pipeline.ts';
import { parseNanos } from '../../src/platform/clock.ts';
import { loadPayloads, type RecordedPayload } from './payloads.ts';
import { createStages, inputOf } from './stages.ts';

const INSTALL_ID = '11111111-2222-4333-8444-555555555555';
const WHO = { host: 'laptop', user: 'dev', telemetryVersion: '0.1.0' };
const RECEIVED = '2026-11-22T20:00:01.000000000Z';

/** A scenario's records in order, after a genesis, as the forwarder seals them at the default level. */
export async function sealRecordings(scenario: string): Promise<readonly SealedRecord[]> {
  const stages = await createStages('redacted');
  try {
    const inputs = loadPayloads('2.1.330', scenario).map(toInput);
    const drafts = stages.pipeline.process(inputs).map(asOnAnyMachine);
    const state = { stream: `${INSTALL_ID}/20261122T200000000Z`, seq: 0, leaf: EMPTY_LEAF };
    return seal([genesis(), ...drafts], { ...state, sessions: new Map() }, RECEIVED).sealed;
  } finally {
    stages.stop();
  }
}

function toInput({ event, env, payload }: RecordedPayload, index: number): PipelineInput {
  const input = inputOf(event, JSON.stringify(payload), index);
  const { capture } = input;
  const header = {
    ...capture.header,
    pid: env['CLAUDE_PID'] ?? '1',
    entrypoint: env['CLAUDE_CODE_ENTRYPOINT'] ?? '',
    project_dir: env['CLAUDE_PROJECT_DIR'] ?? '',
    session_id: env['CLAUDE_CODE_SESSION_ID'] ?? '',
  };
  const audit = {
    ...capture.audit,
    source_hmac: sourceHmac(createSecretKey(Buffer.alloc(32, 7)), input.payload),
  };
  return { ...input, capture: { ...capture, header, audit } };
}

function asOnAnyMachine(draft: DraftRecord): DraftRecord {
  const { host, user: user_id, telemetryVersion: telemetry_version } = WHO;
  return { ...draft, metadata: { ...draft.metadata, host, user_id, telemetry_version } };
}

function genesis(): DraftRecord {
  const atNanos = parseNanos('2026-11-22T20:00:00Z') ?? 0n;
  const id = '00000000-0000-4000-9000-genesis00000';
  return {
    ...ownRecord('genesis', {}, WHO, { atNanos, id }),
    action_details: genesisDetails('first_start', undefined),
  };
}
