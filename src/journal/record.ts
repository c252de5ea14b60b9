/**
 * The record, format `atel/1`: what one line of the journal, one line of the backup file's bodies and one Loki line
 * hold. It is the specification's schema (single-agent fields at the top level, multi-agent blocks beside them) plus
 * `security` and `audit`. Empty blocks and fields are left out. Only `resource_usage` may hold non-integers.
 *
 * All text in a record has passed redaction; nothing may be added after sealing, since the leaf hash covers the line.
 */
export const RECORD_VERSION = 'atel/1';

export type Level = 'INFO' | 'WARN' | 'ERROR';

/** How a call ended; `denied`, `invalid_input`, `unknown_tool` and `rejected` never ran. */
export type Outcome =
  | 'success'
  | 'failure'
  | 'interrupted'
  | 'denied'
  | 'invalid_input'
  | 'unknown_tool'
  | 'rejected'
  | 'unknown';

export type FindingLevel = 'low' | 'medium' | 'high';

export interface Finding {
  /** Stable kebab-case name, e.g. `outside-project-scope`, `sensitive-read`, `marker-removed`. */
  readonly rule: string;
  readonly level: FindingLevel;
  /** Which path, and why, in one clause. Redacted like any other text. */
  readonly path?: string;
  readonly why?: string;
}

/** How a link between sessions or agents is known; `inferred` never overwrites the others. */
export type Evidence = 'declared' | 'reported' | 'trace' | 'inferred';

export interface ActionDetails {
  /**
   * Finer than `event_type`: `file`, `shell`, `search`, `network`, `delegation`, `planning`, `mcp`, `session`, `schedule`,
   * `interaction`, `quarantine`; of records about ourselves `genesis`, `heartbeat`, …
   */
  readonly kind?: string;
  readonly file_path?: string;
  readonly paths?: readonly string[];
  readonly size_bytes?: number;
  readonly content_hash?: string;
  readonly lines_added?: number;
  readonly lines_removed?: number;
  /** Unified diff, masked and cut; level `full` only. */
  readonly diff?: string;
  readonly outside_project_scope?: boolean;
  readonly command?: string;
  readonly programs?: readonly string[];
  readonly search_pattern?: string;
  readonly search_path?: string;
  readonly url?: string;
  readonly subagent_type?: string;
  readonly spawned_agent_id?: string;
  readonly mcp_server?: string;
  readonly mcp_tool?: string;
  /** Calls of a PostToolBatch: ids and outcomes, never the text. */
  readonly calls?: readonly {
    readonly tool_use_id: string;
    readonly tool_name: string;
    readonly outcome: Outcome;
  }[];
  /** Scalars that are specific to one event: `source`, `reason`, `trigger`, `notification_type`, `from_model`, … */
  readonly [detail: string]: unknown;
}

export interface AuditBlock {
  /** `<install id>/<epoch>`; one chain per stream. */
  readonly stream: string;
  /** 1, 2, 3, … within the stream. */
  readonly seq: number;
  /** Hex leaf of the record before it in the stream; SHA-256 of nothing for the first. */
  readonly prev: string;
  /** The same within the session; absent on records that belong to none. */
  readonly sseq?: number;
  readonly sprev?: string;
  /** How the spool file was found: complete, complete without its mark, or torn. */
  readonly commit?: 'ok' | 'unmarked' | 'torn';
  /** The capture's clock was wrong: ahead of the forwarder's, or never set (before 2000). */
  readonly clock?: 'ahead' | 'unset';
  /** When the forwarder journaled it, RFC 3339 with nanoseconds. */
  readonly received?: string;
  /** HMAC-SHA256 of the raw payload under the install secret. */
  readonly source_hmac?: string;
  readonly source_bytes?: number;
  /** Fields that were cut or repaired on the way, as dotted paths. */
  readonly cut?: readonly string[];
}

export interface AtelRecord {
  readonly v: typeof RECORD_VERSION;
  /** Same spool file, same id, after any crash. */
  readonly id: string;
  /** Moment of capture, RFC 3339, UTC, nanoseconds. */
  readonly timestamp: string;
  readonly level: Level;
  /** Closed set, see `EVENT_TYPES`. */
  readonly event_type: string;
  /** The hook's name as Claude Code spells it, or `Audit` for records about ourselves. */
  readonly hook_event: string;
  readonly session_id?: string;
  readonly project_path?: string;
  readonly project_name?: string;
  readonly tool_name?: string;
  readonly telemetry_enabled?: boolean;
  readonly agent_context?: {
    readonly agent_id: string;
    readonly agent_type?: string;
    readonly agent_group?: string;
    readonly agent_role?: string;
    readonly instance_id?: string;
  };
  readonly session_context?: {
    readonly session_id: string;
    readonly parent_session?: string;
    readonly root_session: string;
    readonly session_hierarchy?: readonly string[];
    readonly coordination_mode?: string;
    readonly coordination_level?: number;
  };
  readonly project_context?: {
    readonly project_path: string;
    readonly project_name: string;
    readonly project_group?: string;
    readonly scope?: string;
    readonly workspace_id?: string;
  };
  readonly correlation?: {
    /** 32 and 16 lower-case hex digits. */
    readonly trace_id?: string;
    readonly span_id?: string;
    readonly parent_span_id?: string;
    readonly native_trace_id?: string;
    readonly native_span_id?: string;
    readonly prompt_id?: string;
    readonly tool_use_id?: string;
    readonly workflow_id?: string;
    readonly related_agents?: readonly string[];
    readonly task_delegation?: {
      readonly delegated_from?: string;
      readonly delegation_type?: string;
      readonly task_type?: string;
    };
    readonly evidence?: Evidence;
  };
  readonly tool_context?: {
    readonly tool_name: string;
    readonly tool_version?: string;
    readonly mcp_server?: string;
    readonly duration_ms?: number;
    readonly outcome?: Outcome;
    readonly error_class?: string;
  };
  readonly resource_usage?: {
    readonly cpu_percent?: number;
    readonly memory_mb?: number;
    readonly concurrent_operations?: number;
    readonly loki_instance?: string;
  };
  readonly action_details?: ActionDetails;
  readonly security?: {
    readonly outside_project_scope?: boolean;
    /** The sensitive places touched: `ssh-keys`, `shell-profile`, `claude-settings`, … */
    readonly sensitive?: readonly string[];
    readonly findings?: readonly Finding[];
    readonly risk_score?: number;
    /** Masked secrets by rule. */
    readonly redactions?: Readonly<Record<string, number>>;
  };
  readonly metadata?: {
    readonly claude_version?: string;
    readonly telemetry_version?: string;
    readonly user_id?: string;
    readonly host?: string;
    readonly entrypoint?: string;
    readonly permission_mode?: string;
    readonly effort?: string;
    readonly superclaude?: {
      readonly command?: string;
      readonly persona?: readonly string[];
      readonly flags?: readonly string[];
    };
    readonly capture_level?: CaptureLevel;
    readonly installation?: string;
    readonly pid?: number;
    readonly scope?: string;
    /** Why the event was recorded: `marker`, `all`, `parent` (child of a recorded session) or `session`. */
    readonly active?: string;
    /** Fields of the payload that no schema knows, by name; their values are kept only at `full`. */
    readonly unknown_fields?: readonly string[];
  };
  readonly raw_input?: unknown;
  readonly audit: AuditBlock;
}

export const CAPTURE_LEVELS = ['metadata', 'redacted', 'full'] as const;
export type CaptureLevel = (typeof CAPTURE_LEVELS)[number];

/** A record before sealing: everything but its place in the chains. */
export type DraftRecord = Omit<AtelRecord, 'audit'> & {
  readonly audit: Omit<AuditBlock, 'stream' | 'seq' | 'prev' | 'sseq' | 'sprev'>;
};

/** A canonical line without its newline, and what was read from or written into it. */
export interface JournaledRecord {
  readonly line: string;
  readonly record: AtelRecord;
}

export interface SealedRecord extends JournaledRecord {
  /** Hex SHA-256(0x00 ‖ UTF-8 line). */
  readonly leaf: string;
}
