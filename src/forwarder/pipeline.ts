/**
 * The order of the stages: parse → enrich → detect → level → mask → fit. One batch of captures in, one draft record per
 * capture out, in the same order.
 */
import { enrich } from '../context/enrich.ts';
import type { Registry } from '../context/registry.ts';
import { compact } from '../event/compact.ts';
import { plainIdOf } from '../event/plain-id.ts';
import type { Capture, Surroundings } from '../context/surroundings.ts';
import { type HookEvent, understand } from '../event/hook-event.ts';
import { parsePayload, type PayloadParse, salvage } from '../event/payload.ts';
import { type DraftRecord, RECORD_VERSION } from '../journal/record.ts';
import { errnoOf } from '../platform/errors.ts';
import { applyLevel } from '../redact/levels.ts';
import type { Counters } from './own-records.ts';
import type { Inspector } from './inspect.ts';
import { fitToLevel } from './fit-to-level.ts';

/** A drop file on its way through the stages. */
export interface PipelineInput {
  readonly capture: Capture;
  /** The hook's argument: which event it served. */
  readonly argument: string;
  readonly payload: Buffer;
}

type UnreadablePayload = Extract<PayloadParse, { kind: 'unreadable' }>;

export interface Pipeline {
  /** Drafts in the order of the inputs, masked and cut, ready to be sealed. */
  process(inputs: readonly PipelineInput[]): readonly DraftRecord[];
}

export interface PipelineDeps {
  readonly around: Surroundings;
  readonly registry: Registry;
  readonly inspect: Inspector;
  /** Masks secrets and makes each record fit. */
  readonly clean: (drafts: readonly DraftRecord[]) => readonly DraftRecord[];
  readonly counters: Counters;
}

/**
 * Wires the stages; state is only in the registry, which sees each draft before the next is enriched. An event on which
 * a stage throws is set aside like one that nobody can read: else it would end every forwarder, and no event behind it
 * would ever be journaled.
 */
export function createPipeline({ around, registry, inspect, clean, counters }: PipelineDeps): Pipeline {
  const setAside = ({ capture, argument }: PipelineInput, parsed: UnreadablePayload): DraftRecord => {
    counters.quarantined++;
    return unreadableDraft(parsed, capture, argument);
  };
  const failed = (input: PipelineInput): DraftRecord => {
    const salvaged = salvage(input.payload.toString('latin1'));
    return setAside(input, { kind: 'unreadable', why: 'stage_failed', salvaged });
  };
  const one = (input: PipelineInput): DraftRecord => {
    const { capture, argument, payload } = input;
    const parsed = parsePayload(payload);
    if (parsed.kind === 'unreadable') return setAside(input, parsed);
    const event = understand(parsed.payload, argument);
    const draft = inspect(event, enrich(event, capture, around), registry);
    const levelled = levelDraft(event, draft, around.config.capture_level, parsed.repaired);
    count(counters, event, levelled);
    registry.observe(levelled);
    return levelled;
  };
  return {
    process(inputs) {
      const drafts = inputs.map((input) => attempt(() => one(input)) ?? failed(input));
      const alone = (input: PipelineInput, i: number): readonly DraftRecord[] =>
        attempt(() => clean(drafts.slice(i, i + 1))) ?? clean([failed(input)]);
      return attempt(() => clean(drafts)) ?? inputs.flatMap(alone);
    },
  };
}

/** What `work` gives, `undefined` when it throws; a state of the machine (out of file descriptors) is no fault of the event. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) !== undefined) throw error;
    return undefined;
  }
}

/** Shows of payload and details what the level allows, and names the fields nobody knows. */
function levelDraft(
  event: HookEvent,
  draft: DraftRecord,
  level: Surroundings['config']['capture_level'],
  repaired: readonly string[],
): DraftRecord {
  const { shown, unknown } = applyLevel(event.payload, event.table, level);
  const misfits = event.misfits.filter((name) => !unknown.includes(name));
  // Arguments and answers of an MCP server's tool are its own affair: content, but no drift of the client.
  const foreign = event.details.mcp_tool !== undefined ? /^tool_(?:input|response)\b/ : undefined;
  const unknownFields = [...unknown.filter((name) => !foreign?.test(name)), ...misfits];
  const details = fitToLevel(draft.action_details, level);
  return {
    ...draft,
    ...(details && { action_details: details }),
    metadata: {
      ...draft.metadata,
      ...(unknownFields.length > 0 && { unknown_fields: unknownFields }),
    },
    raw_input: shown,
    audit:
      repaired.length > 0 ? { ...draft.audit, cut: [...(draft.audit.cut ?? []), ...repaired] } : draft.audit,
  };
}

function count(counters: Counters, event: HookEvent, draft: DraftRecord): void {
  if (!event.knownEvent) counters.unknown_events++;
  if (!event.knownTool) counters.unknown_tools++;
  counters.misfit_fields += event.misfits.length;
  counters.unknown_fields += draft.metadata?.unknown_fields?.length ?? 0;
}

/** The record of a payload that nobody can read: the event is counted, its bytes stay in the quarantine. */
function unreadableDraft(parsed: UnreadablePayload, capture: Capture, argument: string): DraftRecord {
  const { salvaged, why } = parsed;
  const { header, audit } = capture;
  return compact({
    v: RECORD_VERSION,
    id: capture.id,
    timestamp: capture.timestamp,
    level: 'ERROR',
    event_type: 'unreadable',
    hook_event: salvaged.hook_event_name ?? argument,
    session_id: plainIdOf(salvaged.session_id ?? header['session_id']),
    project_path: header['marker'] ?? header['project_dir'],
    tool_name: salvaged.tool_name,
    action_details: { kind: 'quarantine', why, bytes: audit.source_bytes ?? 0 },
    metadata: { installation: capture.installation },
    audit: audit.commit === 'unmarked' ? { ...audit, commit: 'torn' } : audit,
  });
}
