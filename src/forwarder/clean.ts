/** The last stages before sealing: mask secrets in every text, make values well-formed, cut what is too long. */
import { compact } from '../event/tools/tool.ts';
import type { DraftRecord } from '../journal/record.ts';
import { cutToFit } from '../redact/cuts.ts';
import { redactBatch } from '../redact/redact.ts';
import type { Masker } from '../redact/secrets.ts';
import { wellFormed } from '../redact/well-formed.ts';

/** Blocks and fields that hold ids, hashes, times and words of ours; all else may hold what an agent wrote. */
const OURS =
  /^(?:v|id|timestamp|level|event_type|hook_event|session_id|telemetry_enabled|audit|session_context|correlation|resource_usage|tool_context\.(?:outcome|error_class|tool_version))(?:\.|$)/;
const OUR_METADATA =
  /^metadata\.(?:claude_version|telemetry_version|capture_level|installation|pid|scope|active|superclaude)(?:\.|$)/;
const IDS =
  /(?:^|\.)(?:tool_use_id|prompt_id|session_id|agent_id|agentId|hook_event_name|content_hash|spawned_agent_id)$/;

function isOurs(path: string): boolean {
  return OURS.test(path) || OUR_METADATA.test(path) || IDS.test(path);
}

/** Only bulky text may be cut, never what identifies or judges. */
function mayCut(path: string): boolean {
  return (
    /^(?:raw_input|action_details|metadata\.unknown_fields|security\.findings)(?:\.|$)/.test(path) &&
    !IDS.test(path)
  );
}

/** Builds the stage; a batch shares one call of the masker. */
export function createCleaner(masker: Masker): (drafts: readonly DraftRecord[]) => readonly DraftRecord[] {
  return (drafts) =>
    redactBatch(drafts, masker, isOurs).map(({ value, redactions }) => finish(value, redactions));
}

function finish(draft: DraftRecord, redactions: Readonly<Record<string, number>>): DraftRecord {
  const masked =
    Object.keys(redactions).length > 0 ? { ...draft, security: { ...draft.security, redactions } } : draft;
  const { value: sound, repaired } = wellFormed(masked);
  const { value, cut } = cutToFit(sound, mayCut);
  const changed = [...repaired, ...cut];
  if (changed.length === 0) return compact(value);
  return { ...value, audit: { ...value.audit, cut: [...(value.audit.cut ?? []), ...changed] } };
}
