/**
 * Who, where and in which tree: from an understood hook event and what its hook saw to a draft record. Pure; what it
 * needs to know of the host and of other sessions is handed in.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { HookEvent } from '../event/hook-event.ts';
import { classifyRejection, errorClass, failureOutcome } from '../event/outcome.ts';
import { compact } from '../event/tools/tool.ts';
import type { ActionDetails, AtelRecord, DraftRecord, Outcome } from '../journal/record.ts';
import { RECORD_VERSION } from '../journal/record.ts';
import { clientVersion, isPlainId, parseTraceparent, type SpanKey, spanIdOf, traceIdOf } from './ids.ts';
import { openCalls, outcomeOf, type SessionState } from './registry.ts';
import { parseSuperClaude } from './superclaude.ts';

/** What the hook saw beside the payload. */
export interface Capture {
  readonly id: string;
  /** RFC 3339 with nanoseconds. */
  readonly timestamp: string;
  readonly installation: string;
  /** Values of the drop file's header. */
  readonly header: Readonly<Record<string, string>>;
  readonly audit: DraftRecord['audit'];
}

/** What is true for the whole host and process. */
export interface Surroundings {
  readonly installId: string;
  readonly host: string;
  readonly user: string;
  readonly telemetryVersion: string;
  readonly config: Config;
  readonly sessionState: (id: string) => SessionState | undefined;
  /** The nearest directory with a `.git`, upwards. */
  readonly gitTopLevel: (directory: string) => string | undefined;
  /** The last sample of a process, one decimal each. */
  readonly processUsage: (
    pid: number,
  ) => { readonly cpu_percent: number; readonly memory_mb: number } | undefined;
}

/** The draft of an event, before detection and redaction; `raw_input` still holds the whole payload. */
export function enrich(event: HookEvent, capture: Capture, around: Surroundings): DraftRecord {
  const { fields } = event;
  const session = sessionIdOf(fields.session_id, capture.header['session_id']);
  const state = session === undefined ? undefined : around.sessionState(session);
  const project = projectOf(event, capture, state, around);
  const tree = session === undefined ? undefined : treeOf(session, capture, state, around);
  const outcome = outcomeOfEvent(event);
  const calls = event.calls.map(({ tool_use_id, tool_name, text }) => ({
    tool_use_id,
    tool_name,
    outcome: outcomeOf(state, tool_use_id) ?? classifyRejection(text),
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
      session === undefined
        ? undefined
        : correlationOf(event, capture, session, state, tree?.root_session, around),
    tool_context: toolOf(event, capture, outcome),
    resource_usage: usageOf(capture, state, around),
    action_details: details,
    metadata: metadataOf(event, capture, state, around),
    raw_input: event.payload,
    audit: capture.audit,
  });
}

/** A session id that can stand in ids and queries; an odd one is replaced by its hash. */
export function sessionIdOf(said: string | undefined, header: string | undefined): string | undefined {
  const id = said ?? header;
  if (id === undefined || id === '' || isPlainId(id)) return id === '' ? undefined : id;
  return `odd-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
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

function treeOf(
  session: string,
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): NonNullable<AtelRecord['session_context']> {
  const { coordination_mode } = around.config;
  const declared = capture.header['parent_session'];
  const parent = isPlainId(declared) && declared !== session ? declared : state?.parent;
  const declaredRoot = capture.header['root_session'];
  const above = parent === undefined ? undefined : around.sessionState(parent);
  const root =
    parent === undefined ? session : (above?.root ?? (isPlainId(declaredRoot) ? declaredRoot : parent));
  const ancestors = parent === undefined ? [] : (above?.hierarchy ?? [...new Set([root, parent])]);
  const hierarchy = [...ancestors.filter((id) => id !== session), session];
  return compact({
    session_id: session,
    parent_session: parent,
    root_session: root,
    session_hierarchy: hierarchy,
    coordination_mode,
    coordination_level: hierarchy.length - 1,
  });
}

function agentOf(
  event: HookEvent,
  capture: Capture,
  around: Surroundings,
): NonNullable<AtelRecord['agent_context']> {
  const { agent } = around.config;
  const sub = event.fields.agent_id;
  const pid = capture.header['pid'];
  return compact({
    agent_id: sub ?? agent.id ?? 'main',
    agent_type: event.fields.agent_type || agent.type,
    agent_group: agent.group,
    agent_role: sub === undefined ? agent.role : 'secondary',
    instance_id: agent.instance_id ?? (pid ? `${around.installId.slice(0, 8)}-${pid}` : undefined),
  });
}

function correlationOf(
  event: HookEvent,
  capture: Capture,
  session: string,
  state: SessionState | undefined,
  root: string | undefined,
  around: Surroundings,
): NonNullable<AtelRecord['correlation']> {
  const { fields } = event;
  const native = parseTraceparent(capture.header['traceparent']);
  const prompt = fields.prompt_id ?? state?.prompt;
  const agent = fields.agent_id;
  const link = agent === undefined ? undefined : state?.agents[agent];
  const [own, above] = spanKeys(event, prompt, link?.call);
  const parent = capture.header['parent_session'] ?? state?.parent;
  const parentSpan =
    above === undefined
      ? isPlainId(parent)
        ? spanIdOf(parent, 'session')
        : undefined
      : spanIdOf(session, above);
  const spawned = event.details.spawned_agent_id !== undefined;
  return compact({
    trace_id: traceIdOf(root ?? session),
    span_id: spanIdOf(session, own),
    parent_span_id: parentSpan,
    native_trace_id: native?.traceId,
    native_span_id: native?.spanId,
    prompt_id: prompt,
    tool_use_id: fields.tool_use_id,
    workflow_id: around.config.workflow_id,
    task_delegation: link || spawned ? delegationOf(event, agent, around) : undefined,
    evidence: spawned
      ? 'reported'
      : (link?.evidence ?? (isPlainId(capture.header['parent_session']) ? 'declared' : undefined)),
  });
}

function delegationOf(
  event: HookEvent,
  agent: string | undefined,
  around: Surroundings,
): { delegated_from: string; task_type?: string } {
  const type = event.details.subagent_type;
  return {
    delegated_from: around.config.agent.id ?? (agent === undefined ? 'main' : 'main'),
    ...(type === undefined ? {} : { task_type: type }),
  };
}

/** Own span and the one above it; none above the session's own. */
function spanKeys(
  event: HookEvent,
  prompt: string | undefined,
  call: string | undefined,
): readonly [SpanKey, SpanKey | undefined] {
  const { agent_id: agent, tool_use_id: tool } = event.fields;
  const turn: SpanKey = prompt === undefined ? 'session' : `prompt:${prompt}`;
  const actor: SpanKey = agent === undefined ? turn : `agent:${agent}`;
  if (tool !== undefined) return [`tool:${tool}`, actor];
  if (agent !== undefined) return [`agent:${agent}`, call === undefined ? turn : `tool:${call}`];
  if (prompt !== undefined && event.name !== 'SessionStart' && event.name !== 'SessionEnd')
    return [turn, 'session'];
  return ['session', undefined];
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
  const sample = around.processUsage(Number(capture.header['pid']));
  return compact({ ...sample, concurrent_operations: openCalls(state) });
}

function metadataOf(
  event: HookEvent,
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): NonNullable<AtelRecord['metadata']> {
  const { header } = capture;
  const prompt = event.extra['prompt'];
  const begins = event.name === 'UserPromptSubmit' && typeof prompt === 'string';
  const fresh = begins ? parseSuperClaude(prompt) : undefined;
  return compact({
    claude_version: clientVersion(header['agent']),
    telemetry_version: around.telemetryVersion,
    user_id: around.user,
    host: around.host,
    entrypoint: header['entrypoint'],
    permission_mode: event.fields.permission_mode,
    effort: event.fields.effort?.level ?? header['effort'] ?? state?.effort,
    superclaude:
      fresh ?? (begins && state?.prompt !== event.fields.prompt_id ? undefined : state?.superclaude),
    capture_level: around.config.capture_level,
    installation: capture.installation,
    pid: header['pid'] === undefined ? undefined : Number(header['pid']),
    scope: around.config.project.scope,
    active: header['active'],
  });
}
