/** Detection, applied: what an action touched and what is remarkable about it becomes part of its record. */
import type { Registry, SessionState } from '../context/registry.ts';
import type { Detection, Detector } from '../detect/detect.ts';
import { riskScore, sessionFinding } from '../detect/findings.ts';
import { compact } from '../event/compact.ts';
import type { HookEvent } from '../event/hook-event.ts';
import type { DraftRecord, Finding } from '../journal/record.ts';

export type Inspector = (event: HookEvent, draft: DraftRecord, registry: Registry) => DraftRecord;

/** Tools whose `command` is Bash; PowerShell has a grammar of its own. */
const BASH_TOOLS = new Set(['Bash', 'Monitor']);

/** @param additionalDirectories of the configuration; those of `/add-dir` come from the session */
export function createInspector(detector: Detector, additionalDirectories: readonly string[]): Inspector {
  return (event, draft, registry) => {
    const state = draft.session_id === undefined ? undefined : registry.session(draft.session_id);
    const detection = detectIn(event, draft, state);
    const findings = [...sessionFindings(event, draft, state), ...reportable(event, detection, state)];
    if (!detection && findings.length === 0) return draft;
    const security = {
      ...(detection?.outside_project_scope && { outside_project_scope: true }),
      ...(detection && detection.sensitive.length > 0 && { sensitive: detection.sensitive }),
      ...(findings.length > 0 && { findings, risk_score: riskScore(findings) }),
    };
    return {
      ...draft,
      level: findings.length > 0 ? 'WARN' : draft.level,
      action_details: { ...draft.action_details, ...(detection && pathDetails(detection)) },
      ...(Object.keys(security).length > 0 && { security }),
    };
  };

  function detectIn(
    event: HookEvent,
    draft: DraftRecord,
    state: SessionState | undefined,
  ): Detection | undefined {
    const { command, url } = event.details;
    const bash = command !== undefined && BASH_TOOLS.has(draft.tool_name ?? '');
    const root = draft.project_path;
    if (root === undefined || (event.uses.length === 0 && !bash && url === undefined)) return undefined;
    const { scratchpad_dir: scratchpad, cwd } = event.fields;
    return detector.detect(
      { uses: event.uses, ...(bash ? { command } : {}), ...(url === undefined ? {} : { url }) },
      {
        cwd: cwd ?? root,
        projectRoot: root,
        additionalDirectories: [...additionalDirectories, ...(state?.directories ?? [])],
        ...(scratchpad === undefined ? {} : { scratchpad }),
      },
    );
  }
}

/** A call's findings stand on its first record; the later ones repeat only the flags. */
function reportable(
  event: HookEvent,
  detection: Detection | undefined,
  state: SessionState | undefined,
): readonly Finding[] {
  if (!detection) return [];
  const call = event.fields.tool_use_id;
  const told = event.name !== 'PreToolUse' && call !== undefined && state?.calls.has(call);
  return told || event.name === 'PermissionRequest' ? [] : detection.findings;
}

function sessionFindings(
  event: HookEvent,
  draft: DraftRecord,
  state: SessionState | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (draft.telemetry_enabled === false && state?.marker === true) {
    findings.push(sessionFinding('marker-removed', draft.project_path));
  }
  const path = event.extra['file_path'];
  if (event.name === 'ConfigChange')
    findings.push(sessionFinding('config-changed', typeof path === 'string' ? path : undefined));
  if (event.name === 'UserPromptSubmit' && event.fields.permission_mode === 'bypassPermissions') {
    findings.push(sessionFinding('permissions-bypassed'));
  }
  return findings;
}

function pathDetails(detection: Detection): Readonly<Record<string, unknown>> {
  return compact({
    paths: detection.paths.length > 0 ? detection.paths : undefined,
    programs: detection.programs.length > 0 ? detection.programs : undefined,
    traits: detection.traits.length > 0 ? detection.traits : undefined,
    outside_project_scope: detection.outside_project_scope,
    unresolved_paths: detection.unresolved > 0 ? detection.unresolved : undefined,
    command_parsed: detection.parsed ? undefined : false,
  });
}
