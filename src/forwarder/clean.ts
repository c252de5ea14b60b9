/** The last stages before sealing: mask secrets in every text, make values well-formed, cut what is too long. */
import { compact } from '../event/tools/tool.ts';
import type { DraftRecord } from '../journal/record.ts';
import { cutToFit } from '../redact/cuts.ts';
import { redactBatch } from '../redact/redact.ts';
import type { Masker } from '../redact/secrets.ts';
import { wellFormed } from '../redact/well-formed.ts';

/** Blocks and fields of checked ids, hashes, times and words of ours; all else may hold what an agent wrote. */
const OURS = [
  /^(?:v|id|timestamp|level|event_type|hook_event|session_id|telemetry_enabled)$/,
  /^(?:audit|session_context|correlation|resource_usage)\./,
  /^tool_context\.(?:outcome|error_class|tool_version)$/,
  /^metadata\.(?:claude_version|telemetry_version|capture_level|installation|pid|scope|active|superclaude(?:\..*)?)$/,
  /^agent_context\.(?:agent_id|instance_id)$/,
  /^action_details\.(?:kind|content_hash|spawned_agent_id|calls\.\d+\.(?:tool_use_id|outcome))$/,
];

/** Paths repeat from record to record. */
const MAX_REMEMBERED_PATHS = 10_000;
const remembered = new Map<string, boolean>();

function isOurs(path: string): boolean {
  const known = remembered.get(path);
  if (known !== undefined) return known;
  const ours = OURS.some((pattern) => pattern.test(path));
  if (remembered.size < MAX_REMEMBERED_PATHS) remembered.set(path, ours);
  return ours;
}

/** Only bulky text may be cut, never what identifies or judges. */
function mayCut(path: string): boolean {
  return (
    /^(?:raw_input|action_details|metadata\.unknown_fields|security\.findings)(?:\.|$)/.test(path) &&
    !isOurs(path)
  );
}

/** What gives a record its place in the chains, and what kind it is; everything else gives way when it must. */
const PLACE = /^(?:v|id|timestamp|level|event_type|hook_event|session_id|audit)(?:\.|$)/;
/** The list of repaired fields may not outgrow the record. */
const MAX_NAMED_REPAIRS = 32;

/** Builds the stage; a batch shares one call of the masker. */
export function createCleaner(masker: Masker): (drafts: readonly DraftRecord[]) => readonly DraftRecord[] {
  return (drafts) =>
    redactBatch(drafts, masker, isOurs).map(({ value, redactions }) => finish(value, redactions));
}

function finish(draft: DraftRecord, redactions: Readonly<Record<string, number>>): DraftRecord {
  const masked =
    Object.keys(redactions).length > 0 ? { ...draft, security: { ...draft.security, redactions } } : draft;
  const { value: sound, repaired } = wellFormed(masked);
  const named = withCut(sound, atMost(MAX_NAMED_REPAIRS, repaired));
  const gentle = cutToFit(named, mayCut);
  const { value, cut } = gentle.fits ? gentle : cutToFit(named, (path) => !PLACE.test(path));
  return compact(withCut(value, cut));
}

function withCut(draft: DraftRecord, changed: readonly string[]): DraftRecord {
  if (changed.length === 0) return draft;
  return { ...draft, audit: { ...draft.audit, cut: [...(draft.audit.cut ?? []), ...changed] } };
}

function atMost(max: number, paths: readonly string[]): readonly string[] {
  return paths.length <= max ? paths : [...paths.slice(0, max), `… ${paths.length - max} more`];
}
