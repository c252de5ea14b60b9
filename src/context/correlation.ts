/** Ids that join a record with others: trace, spans, prompt, call, delegation; and how each link is known. */
import { compact } from '../event/compact.ts';
import type { HookEvent } from '../event/hook-event.ts';
import type { AtelRecord } from '../journal/record.ts';
import { parseTraceparent, type SpanKey, spanIdOf, traceIdOf } from './ids.ts';
import type { SessionState } from './registry.ts';
import type { Capture, Surroundings } from './surroundings.ts';

export function correlationOf(
  event: HookEvent,
  capture: Capture,
  session: string,
  state: SessionState | undefined,
  { parent_session: parent, root_session: root }: NonNullable<AtelRecord['session_context']>,
  around: Surroundings,
): NonNullable<AtelRecord['correlation']> {
  const { fields } = event;
  const native = parseTraceparent(capture.header['traceparent']);
  const prompt = fields.prompt_id ?? state?.prompt;
  const agent = fields.agent_id;
  const link = agent === undefined ? undefined : state?.agents[agent];
  const [own, above] = spanKeys(event, prompt, link?.call);
  // A session that was told to be its own parent has none.
  const spanOfParent = parent === undefined ? undefined : spanIdOf(parent, 'session');
  const isDeclared = parent !== undefined && capture.header['parent_session'] === parent;
  const spawned = event.details.spawned_agent_id !== undefined;
  return compact({
    trace_id: traceIdOf(root ?? session),
    span_id: spanIdOf(session, own),
    parent_span_id: above === undefined ? spanOfParent : spanIdOf(session, above),
    native_trace_id: native?.traceId,
    native_span_id: native?.spanId,
    prompt_id: prompt,
    tool_use_id: fields.tool_use_id,
    workflow_id: around.config.workflow_id,
    task_delegation: link || spawned ? delegationOf(event, around) : undefined,
    evidence: spawned ? 'reported' : (link?.evidence ?? (isDeclared ? 'declared' : undefined)),
  });
}

/** Who handed the work over: the agent that made the Agent call. */
function delegationOf(
  event: HookEvent,
  around: Surroundings,
): { delegated_from: string; task_type?: string } {
  const type = event.details.subagent_type;
  const spawner = event.details.spawned_agent_id === undefined ? undefined : event.fields.agent_id;
  return {
    delegated_from: spawner ?? around.config.agent.id ?? 'main',
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
