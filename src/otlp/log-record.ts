/**
 * A sealed record as an OpenTelemetry LogRecord. The body is the journal's line, byte for byte: the only part that
 * Collector and Loki keep unchanged, so the only part that is hashed. Attributes are copies to query by.
 */
import {
  type HrTime,
  isSpanContextValid,
  SeverityNumber,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { HOOK_EVENTS } from '../event/hook-events.ts';
import type { AtelRecord, JournaledRecord, Level } from '../journal/record.ts';
import { parseTime } from '../platform/clock.ts';
import { VERSION } from '../platform/version.ts';
import { cleanAttributes, type RawAttributes } from './attribute-values.ts';
import { ATTR } from './semconv.ts';

/** One object, since the serializer groups by its identity. */
const SCOPE = { name: 'agent-telemetry', version: VERSION } as const;

const SEVERITY_NUMBERS: Readonly<Record<Level, SeverityNumber>> = {
  INFO: SeverityNumber.INFO,
  WARN: SeverityNumber.WARN,
  ERROR: SeverityNumber.ERROR,
};

const MAX_EVENT_NAME_CHARS = 64;

/**
 * Maps one record; never throws.
 * @param resource the record's from the resource cache; equal resources must be one object
 */
export function toLogRecord({ line, record }: JournaledRecord, resource: Resource): ReadableLogRecord {
  const eventName = eventNameOf(record);
  const spanContext = spanContextOf(record);
  const mapped = {
    eventName,
    hrTime: toHrTime(record.timestamp),
    hrTimeObserved: toHrTime(record.audit.received ?? record.timestamp),
    severityNumber: SEVERITY_NUMBERS[record.level],
    severityText: record.level,
    body: line,
    resource,
    instrumentationScope: SCOPE,
    attributes: cleanAttributes(
      { [ATTR.eventName]: eventName },
      identityOf(record),
      callOf(record),
      actionOf(record),
      securityOf(record),
      contextOf(record),
    ),
    droppedAttributesCount: 0,
  };
  return spanContext ? { ...mapped, spanContext } : mapped;
}

/** `agent_telemetry.pre_tool_use`; records about ourselves: `agent_telemetry.audit.heartbeat`. */
function eventNameOf(record: AtelRecord): string {
  const kind = record.action_details?.kind;
  const about = record.hook_event === 'Audit' && typeof kind === 'string' ? `.${snake(kind)}` : '';
  return `agent_telemetry.${snake(record.hook_event)}${about}`;
}

const SNAKES: ReadonlyMap<string, string> = new Map(HOOK_EVENTS.map(({ name, snake }) => [name, snake]));

/** Hook names come from payloads, so anything may stand there; an event name is low in number and plain. */
function snake(name: string): string {
  const known = SNAKES.get(name);
  if (known !== undefined) return known;
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, MAX_EVENT_NAME_CHARS);
}

/** Exact nanoseconds; zero, which OTLP reads as unknown, for what is no date. */
function toHrTime(timestamp: string): HrTime {
  return parseTime(timestamp) ?? [0, 0];
}

/** Flagged as sampled: some back ends drop the logs of unsampled traces. */
function spanContextOf({ correlation }: AtelRecord): SpanContext | undefined {
  const context = {
    traceId: correlation?.trace_id ?? '',
    spanId: correlation?.span_id ?? '',
    traceFlags: TraceFlags.SAMPLED,
  };
  return isSpanContextValid(context) ? context : undefined;
}

function identityOf(record: AtelRecord): RawAttributes {
  return {
    [ATTR.uid]: record.id,
    [ATTR.eventType]: record.event_type,
    [ATTR.hookEvent]: record.hook_event,
    [ATTR.auditStream]: record.audit.stream,
    [ATTR.auditSequenceNumber]: record.audit.seq,
    [ATTR.auditSessionSequenceNumber]: record.audit.sseq,
    [ATTR.auditCommit]: record.audit.commit,
  };
}

function callOf(record: AtelRecord): RawAttributes {
  const { tool_context: call, correlation, action_details: action } = record;
  const toolName = call?.tool_name ?? record.tool_name;
  return {
    [ATTR.toolName]: toolName,
    [ATTR.toolUseId]: correlation?.tool_use_id,
    [ATTR.outcome]: call?.outcome,
    [ATTR.durationMs]: call?.duration_ms,
    [ATTR.errorType]: call?.error_class,
    [ATTR.mcpServer]: action?.mcp_server ?? call?.mcp_server,
    [ATTR.mcpTool]: action?.mcp_tool,
    [ATTR.genAiOperationName]: operationOf(record.hook_event, toolName),
    [ATTR.genAiProviderName]: record.hook_event === 'Audit' ? undefined : 'anthropic',
    [ATTR.genAiConversationId]: record.session_id,
    [ATTR.genAiToolName]: toolName,
    [ATTR.genAiToolCallId]: correlation?.tool_use_id,
    [ATTR.genAiAgentName]: action?.subagent_type,
  };
}

/** Well-known values of `gen_ai.operation.name`; absent where none fits. */
function operationOf(hookEvent: string, toolName: string | undefined): string | undefined {
  if (hookEvent === 'SubagentStart' || hookEvent === 'SubagentStop') return 'invoke_agent';
  return toolName === undefined ? undefined : 'execute_tool';
}

function actionOf({ action_details: action }: AtelRecord): RawAttributes {
  return {
    [ATTR.actionKind]: action?.kind,
    [ATTR.filePath]: action?.file_path,
    [ATTR.fileSize]: action?.size_bytes,
    [ATTR.contentHash]: action?.content_hash,
    [ATTR.linesAdded]: action?.lines_added,
    [ATTR.linesRemoved]: action?.lines_removed,
    [ATTR.commandLine]: action?.command,
    [ATTR.urlFull]: action?.url,
    [ATTR.searchPattern]: action?.search_pattern,
    [ATTR.searchPath]: action?.search_path,
    [ATTR.spawnedAgentId]: action?.spawned_agent_id,
  };
}

function securityOf({ security }: AtelRecord): RawAttributes {
  const { findings, redactions } = security ?? {};
  const masked = Object.values(redactions ?? {});
  return {
    [ATTR.outsideProjectScope]: security?.outside_project_scope,
    [ATTR.findings]: Array.isArray(findings) ? [...new Set(findings.map((one) => one?.rule))] : undefined,
    [ATTR.riskScore]: security?.risk_score,
    [ATTR.sensitive]: security?.sensitive,
    [ATTR.redactions]: masked.length > 0 ? masked.reduce((sum, count) => sum + count) : undefined,
  };
}

function contextOf(record: AtelRecord): RawAttributes {
  const { correlation, metadata, project_context: project, resource_usage: usage } = record;
  return {
    [ATTR.promptId]: correlation?.prompt_id,
    [ATTR.parentSpanId]: correlation?.parent_span_id,
    [ATTR.nativeTraceId]: correlation?.native_trace_id,
    [ATTR.nativeSpanId]: correlation?.native_span_id,
    [ATTR.evidence]: correlation?.evidence,
    [ATTR.projectPath]: project?.project_path,
    [ATTR.projectGroup]: project?.project_group,
    [ATTR.projectScope]: project?.scope,
    [ATTR.workspaceId]: project?.workspace_id,
    [ATTR.userId]: metadata?.user_id,
    [ATTR.appVersion]: metadata?.claude_version,
    [ATTR.entrypoint]: metadata?.entrypoint,
    [ATTR.permissionMode]: metadata?.permission_mode,
    [ATTR.cpuPercent]: usage?.cpu_percent,
    [ATTR.memoryMb]: usage?.memory_mb,
    [ATTR.concurrentOperations]: usage?.concurrent_operations,
    [ATTR.captureLevel]: metadata?.capture_level,
    [ATTR.effort]: metadata?.effort,
    [ATTR.superclaudeCommand]: metadata?.superclaude?.command,
    [ATTR.superclaudePersona]: metadata?.superclaude?.persona,
  };
}
