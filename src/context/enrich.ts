/**
 * Who, where and in which tree: from an understood hook event and what its hook saw to a draft record. Pure; what it
 * needs to know of the host and of other sessions is handed in.
 */
import { basename } from 'node:path';
import type { Config } from '../config/schema.ts';
import { compact } from '../event/compact.ts';
import type { HookEvent } from '../event/hook-event.ts';
import { classifyRejection, errorClass, failureOutcome } from '../event/outcome.ts';
import { plainIdOf } from '../event/plain-id.ts';
import {
  type ActionDetails,
  type AtelRecord,
  type DraftRecord,
  type Outcome,
  RECORD_VERSION,
} from '../journal/record.ts';
import { correlationOf } from './correlation.ts';
import { clientVersion, metadataOf, pidOf } from './metadata.ts';
import type { SessionState } from './registry.ts';
import { treeOf } from './session-tree.ts';
import type { Capture, Surroundings } from './surroundings.ts';

/** The draft of an event, before detection and redaction; `raw_input` still holds the whole payload. */
export function enrich(event: HookEvent, capture: Capture, around: Surroundings): DraftRecord {
  const { fields } = event;
  const session = fields.session_id ?? plainIdOf(capture.header['session_id']);
  const state = session === undefined ? undefined : around.sessionState(session);
  const project = projectOf(event, capture, state, around);
  const tree = session === undefined ? undefined : treeOf(session, capture, state, around);
  const outcome = outcomeOfEvent(event);
  const calls = event.calls.map(({ tool_use_id, tool_name, text }) => ({
    tool_use_id,
    tool_name,
    outcome:
      state?.calls.outcome(tool_use_id) ?? classifyRejection(text, state?.calls.has(tool_use_id) ?? false),
  }));
  const details: ActionDetails = compact({ ...event.details, calls: calls.length > 0 ? calls : undefined });
  const bad =
    (outcome !== undefined && outcome !== 'success') || calls.some((call) => call.outcome !== 'success');
  return compact({
    v: RECORD_VERSION,
    id: capture.id,
    timestamp: capture.timestamp,
    level: bad ? 'WARN' : 'INFO',
    event_type: event.eventType,
    hook_event: event.name,
    session_id: session,
    project_path: project,
    project_name: project === undefined ? undefined : basename(project),
    tool_name: fields.tool_name,
    telemetry_enabled: capture.header['active'] === 'session' ? state?.marker === undefined : true,
    agent_context: agentOf(event, capture, around),
    session_context: tree,
    project_context: projectBlock(project, around.config),
    correlation:
      session === undefined || tree === undefined
        ? undefined
        : correlationOf(event, capture, session, state, tree, around),
    tool_context: toolOf(event, capture, outcome),
    resource_usage: usageOf(capture, state, around),
    action_details: details,
    metadata: metadataOf(event, capture, state, around),
    raw_input: event.payload,
    audit: capture.audit,
  });
}

function outcomeOfEvent(event: HookEvent): Outcome | undefined {
  switch (event.name) {
    case 'PostToolUse':
      return event.details['interrupted'] === true ? 'interrupted' : 'success';
    case 'PostToolUseFailure':
      return failureOutcome(event.extra['is_interrupt']);
    case 'PermissionDenied':
      return 'denied';
    default:
      return undefined;
  }
}

/** The nearest marked directory; without a marker the session's known root, the git top level, the project directory. */
function projectOf(
  event: HookEvent,
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): string | undefined {
  const { marker, project_dir: directory } = capture.header;
  if (marker) return marker;
  if (capture.header['active'] === 'session' && state?.project !== undefined) return state.project;
  const start = directory || event.fields.cwd;
  return start === undefined ? undefined : (around.gitTopLevel(start) ?? start);
}

function projectBlock(project: string | undefined, config: Config): AtelRecord['project_context'] {
  if (project === undefined) return undefined;
  const { group, scope, workspace_id } = config.project;
  return compact({
    project_path: project,
    project_name: basename(project),
    project_group: group,
    scope,
    workspace_id,
  });
}

function agentOf(
  event: HookEvent,
  capture: Capture,
  around: Surroundings,
): NonNullable<AtelRecord['agent_context']> {
  const { agent } = around.config;
  const sub = event.fields.agent_id;
  const pid = pidOf(capture.header);
  return compact({
    agent_id: sub ?? agent.id ?? 'main',
    agent_type: event.fields.agent_type || agent.type,
    agent_group: agent.group,
    agent_role: sub === undefined ? agent.role : 'secondary',
    instance_id:
      agent.instance_id ?? (pid === undefined ? undefined : `${around.installId.slice(0, 8)}-${pid}`),
  });
}

function toolOf(
  event: HookEvent,
  capture: Capture,
  outcome: Outcome | undefined,
): AtelRecord['tool_context'] {
  const { tool_name, duration_ms, mcp_server } = event.fields;
  if (tool_name === undefined) return undefined;
  return compact({
    tool_name,
    tool_version: clientVersion(capture.header['agent']),
    mcp_server: mcp_server?.name ?? event.details.mcp_server,
    duration_ms: duration_ms === undefined ? undefined : Math.round(duration_ms),
    outcome,
    error_class: event.name === 'PostToolUseFailure' ? errorClass(event.extra['error']) : undefined,
  });
}

function usageOf(
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): AtelRecord['resource_usage'] {
  const pid = pidOf(capture.header);
  const sample = pid === undefined ? undefined : around.processUsage(pid);
  return compact({ ...sample, concurrent_operations: state?.calls.open ?? 0 });
}
