/** The stages as the forwarder wires them, for tests that push payloads through all of them. */
import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/schema.ts';
import { type Counters, createCounters } from '../../src/forwarder/own-records.ts';
import type { Pipeline, PipelineInput } from '../../src/forwarder/pipeline.ts';
import { createProcessSampler } from '../../src/forwarder/process-sampler.ts';
import { buildStages } from '../../src/forwarder/stages.ts';
import { openState } from '../../src/forwarder/state.ts';
import type { CaptureLevel } from '../../src/journal/record.ts';
import { resolvePaths } from '../../src/platform/paths.ts';

export interface TestStages {
  readonly pipeline: Pipeline;
  readonly counters: Counters;
  stop(): void;
}

/** A fresh pipeline without any history. */
export async function createStages(level: CaptureLevel): Promise<TestStages> {
  const home = mkdtempSync(join(tmpdir(), 'atel-'));
  const paths = resolvePaths({ HOME: home });
  const parsed = parseConfig({ capture_level: level });
  if (!parsed.ok) throw new Error(parsed.problem);
  const counters = createCounters();
  const sampler = createProcessSampler();
  const pipeline = await buildStages({
    config: parsed.config,
    paths,
    install: {
      installId: '11111111-2222-4333-8444-555555555555',
      secret: createSecretKey(Buffer.alloc(32, 7)),
    },
    state: openState(paths.dataDir, paths.journalDir),
    sampler,
    counters,
  });
  return {
    pipeline,
    counters,
    stop() {
      sampler.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A capture of a payload in a marked project. */
export function inputOf(argument: string, payload: string | Buffer, index = 0): PipelineInput {
  return {
    argument,
    payload: Buffer.from(payload),
    capture: {
      id: `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`,
      timestamp: `2026-11-22T20:00:00.${String(index).padStart(9, '0')}Z`,
      installation: 'settings-project',
      header: { marker: '/home/dev/project', active: 'marker', agent: 'claude-code_2-1-330_harness' },
      audit: { commit: 'ok', source_bytes: payload.length },
    },
  };
}
