/** The last stages before sealing: mask secrets in every text, make values well-formed, cut what is too long. */
import type { DraftRecord } from '../journal/record.ts';
import { cutToFit } from '../redact/cuts.ts';
import { fitsAsItIs } from '../redact/fits.ts';
import { redactBatch } from '../redact/redact.ts';
import { isSafe, type Safe } from '../redact/safe.ts';
import type { Masker } from '../redact/secrets.ts';
import { wellFormed } from '../redact/well-formed.ts';

/** Checked ids, hashes, times and words of ours; all else may hold what an agent wrote. */
const OURS: Safe = {
  v: 'scalar',
  id: 'scalar',
  timestamp: 'scalar',
  level: 'scalar',
  event_type: 'scalar',
  hook_event: 'scalar',
  session_id: 'scalar',
  telemetry_enabled: 'scalar',
  audit: 'all',
  session_context: 'all',
  correlation: {
    trace_id: 'scalar',
    span_id: 'scalar',
    parent_span_id: 'scalar',
    native_trace_id: 'scalar',
    native_span_id: 'scalar',
    prompt_id: 'scalar',
    tool_use_id: 'scalar',
    workflow_id: 'scalar',
    related_agents: 'all',
    // Not the type of the task: an agent names it as it likes.
    task_delegation: { delegated_from: 'scalar', delegation_type: 'scalar' },
    evidence: 'scalar',
  },
  resource_usage: 'all',
  agent_context: { agent_id: 'scalar', instance_id: 'scalar' },
  tool_context: { outcome: 'scalar', error_class: 'scalar', tool_version: 'scalar' },
  action_details: {
    kind: 'scalar',
    content_hash: 'scalar',
    spawned_agent_id: 'scalar',
    calls: { tool_use_id: 'scalar', outcome: 'scalar' },
  },
  metadata: {
    claude_version: 'scalar',
    telemetry_version: 'scalar',
    capture_level: 'scalar',
    installation: 'scalar',
    pid: 'scalar',
    scope: 'scalar',
    active: 'scalar',
    superclaude: 'all',
  },
};

/** Only bulky text may be cut, never what identifies or judges. */
function mayCut(path: string): boolean {
  return (
    /^(?:raw_input|action_details|metadata\.unknown_fields|security\.findings)(?:\.|$)/.test(path) &&
    !isSafe(OURS, path)
  );
}

/** What gives a record its place in the chains, and what kind it is; everything else gives way when it must. */
const PLACE = /^(?:v|id|timestamp|level|event_type|hook_event|session_id|audit)(?:\.|$)/;
/** The list of repaired fields may not outgrow the record. */
const MAX_NAMED_REPAIRS = 32;

/** Builds the stage; a batch shares one call of the masker. */
export function createCleaner(masker: Masker): (drafts: readonly DraftRecord[]) => readonly DraftRecord[] {
  return (drafts) =>
    redactBatch(drafts, masker, OURS).map(({ value, redactions }) => finish(value, redactions));
}

function finish(draft: DraftRecord, redactions: Readonly<Record<string, number>>): DraftRecord {
  const masked =
    Object.keys(redactions).length > 0 ? { ...draft, security: { ...draft.security, redactions } } : draft;
  if (fitsAsItIs(masked)) return masked;
  const { value: sound, repaired } = wellFormed(masked);
  const named = withCut(sound, atMost(MAX_NAMED_REPAIRS, repaired));
  const gentle = cutToFit(named, mayCut);
  const { value, cut } = gentle.fits ? gentle : cutToFit(named, (path) => !PLACE.test(path));
  return withCut(value, cut);
}

function withCut(draft: DraftRecord, changed: readonly string[]): DraftRecord {
  if (changed.length === 0) return draft;
  return { ...draft, audit: { ...draft.audit, cut: [...(draft.audit.cut ?? []), ...changed] } };
}

function atMost(max: number, paths: readonly string[]): readonly string[] {
  return paths.length <= max ? paths : [...paths.slice(0, max), `… ${paths.length - max} more`];
}
