/** Wires the stages an event passes before the journal. */
import { dirname } from 'node:path';
import type { Config } from '../config/schema.ts';
import { createBashAnalyser } from '../detect/bash-command.ts';
import { createDetector } from '../detect/detect.ts';
import { createScope } from '../detect/scope.ts';
import type { Install } from '../platform/install-id.ts';
import type { Paths } from '../platform/paths.ts';
import { createMasker } from '../redact/secrets.ts';
import { createCleaner } from './clean.ts';
import { createInspector } from './inspect.ts';
import type { Counters } from './own-records.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import type { ProcessSampler } from './process-sampler.ts';
import type { ForwarderState } from './state.ts';
import { describeHost, pathWorld } from './surroundings.ts';

export interface StagesDeps {
  readonly config: Config;
  readonly paths: Paths;
  readonly install: Install;
  readonly state: ForwarderState;
  readonly sampler: ProcessSampler;
  readonly counters: Counters;
}

/** Builds the pipeline; the Bash grammar is loaded here, once (some 20 ms). */
export async function buildStages({
  config,
  paths,
  install,
  state,
  sampler,
  counters,
}: StagesDeps): Promise<Pipeline> {
  const detector = createDetector({
    bash: await createBashAnalyser(),
    scope: createScope(pathWorld(paths.home)),
    own: { home: paths.home, dataDir: paths.dataDir, configDir: dirname(paths.configFile) },
  });
  return createPipeline({
    around: describeHost(install.installId, config, (id) => state.registry.session(id), sampler),
    registry: state.registry,
    inspect: createInspector(detector, config.project.additional_directories),
    clean: createCleaner(createMasker()),
    counters,
  });
}
