/**
 * The attribute names we send. Own string constants: the GenAI ones have left `@opentelemetry/semantic-conventions`,
 * and most others are not stable. Each block names its source and stability (semconv 1.44; semantic-conventions-genai
 * at e07f4eba; otel-js.md §4).
 *
 * Loki merges resource and record attributes into one list after `.` and `-` have become `_`, and hides the copy of
 * whoever comes second. So no record key may equal a resource key, or a key that Loki sets itself, in that form.
 */

/** Keys of the Resource: who acts, for which session, on which host. The only place where these stand. */
export const RESOURCE = {
  // semconv service.*, deployment.*: stable.
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstanceId: 'service.instance.id',
  deploymentEnvironmentName: 'deployment.environment.name',
  // semconv host.*, os.*, session.*: development.
  hostName: 'host.name',
  osType: 'os.type',
  sessionId: 'session.id',
  // Our own.
  sessionParentId: 'session.parent_id',
  sessionRootId: 'session.root_id',
  agentId: 'agent.id',
  agentType: 'agent.type',
  agentGroup: 'agent.group',
  agentRole: 'agent.role',
  agentInstanceId: 'agent.instance.id',
  projectName: 'project.name',
  workflowId: 'workflow.id',
} as const;

/** Keys of the LogRecord. */
export const ATTR = {
  // semconv log.record.uid: development. The only id of a record; the same id is the same record.
  uid: 'log.record.uid',
  // semconv event.name: deprecated for LogRecord.EventName, which Loki 3.x drops.
  eventName: 'event.name',
  // semconv error.*, url.*: stable; file.*, process.command_line, user.*: development.
  errorType: 'error.type',
  urlFull: 'url.full',
  filePath: 'file.path',
  fileSize: 'file.size',
  commandLine: 'process.command_line',
  userId: 'user.id',
  // semantic-conventions-genai: development.
  genAiOperationName: 'gen_ai.operation.name',
  genAiProviderName: 'gen_ai.provider.name',
  genAiConversationId: 'gen_ai.conversation.id',
  genAiToolName: 'gen_ai.tool.name',
  genAiToolCallId: 'gen_ai.tool.call.id',
  genAiAgentName: 'gen_ai.agent.name',
  // Claude Code's native telemetry: undocumented stability.
  promptId: 'prompt.id',
  entrypoint: 'app.entrypoint',
  appVersion: 'app.version',
  // OTel audit logging proposal (specification PR 5059, not accepted).
  auditSequenceNumber: 'audit.sequence.number',
  // The specification's field names.
  eventType: 'event_type',
  hookEvent: 'hook_event',
  toolName: 'tool_name',
  toolUseId: 'tool_use_id',
  outcome: 'outcome',
  durationMs: 'duration_ms',
  permissionMode: 'permission_mode',
  // Our own.
  auditStream: 'audit.stream',
  auditSessionSequenceNumber: 'audit.session_sequence.number',
  auditCommit: 'audit.commit',
  outsideProjectScope: 'security.outside_project_scope',
  findings: 'security.findings',
  riskScore: 'security.risk_score',
  sensitive: 'security.sensitive',
  redactions: 'security.redactions',
  projectPath: 'project.path',
  projectGroup: 'project.group',
  projectScope: 'project.scope',
  workspaceId: 'project.workspace_id',
  actionKind: 'agent_telemetry.action.kind',
  searchPattern: 'agent_telemetry.search.pattern',
  searchPath: 'agent_telemetry.search.path',
  contentHash: 'agent_telemetry.content_hash',
  linesAdded: 'agent_telemetry.lines_added',
  linesRemoved: 'agent_telemetry.lines_removed',
  mcpServer: 'agent_telemetry.mcp.server',
  mcpTool: 'agent_telemetry.mcp.tool',
  spawnedAgentId: 'agent_telemetry.spawned_agent_id',
  evidence: 'agent_telemetry.evidence',
  parentSpanId: 'agent_telemetry.parent_span_id',
  nativeTraceId: 'agent_telemetry.native_trace_id',
  nativeSpanId: 'agent_telemetry.native_span_id',
  cpuPercent: 'agent_telemetry.cpu_percent',
  memoryMb: 'agent_telemetry.memory_mb',
  concurrentOperations: 'agent_telemetry.concurrent_operations',
  captureLevel: 'agent_telemetry.capture_level',
  effort: 'agent_telemetry.effort',
  superclaudeCommand: 'agent_telemetry.superclaude.command',
  superclaudePersona: 'agent_telemetry.superclaude.persona',
} as const;
