/** Records as the journal holds them, and a journal small enough to see through. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import { parseConfig } from '../../src/config/schema.ts';
import type { AtelRecord, JournaledRecord, SealedRecord } from '../../src/journal/record.ts';
import type { JournalOutlet } from '../../src/otlp/batches.ts';
import type { ExportSettings } from '../../src/otlp/endpoint.ts';
import { createResourceCache, type ResourceCache } from '../../src/otlp/resource.ts';

const INSTALL_ID = '3f1c2a9e-0000-4000-8000-000000000001';

/** Every field of the format is set. */
export const FULL_RECORD: AtelRecord = {
  v: 'atel/1',
  id: '0b9e7a52-94f5-4a0c-a1ce-3a1f5d2b8e10',
  timestamp: '2026-11-22T20:14:21.123456789Z',
  level: 'WARN',
  event_type: 'file_read',
  hook_event: 'PostToolUse',
  session_id: '7d3f6c1e-1111-4222-8333-444455556666',
  project_path: '/home/ann/shop',
  project_name: 'shop',
  tool_name: 'Read',
  telemetry_enabled: true,
  agent_context: {
    agent_id: 'a1b2c3',
    agent_type: 'Explore',
    agent_group: 'backend',
    agent_role: 'reviewer',
    instance_id: 'host-1/7',
  },
  session_context: {
    session_id: '7d3f6c1e-1111-4222-8333-444455556666',
    parent_session: '11111111-1111-4222-8333-444455556666',
    root_session: '00000000-1111-4222-8333-444455556666',
    session_hierarchy: ['00000000-1111-4222-8333-444455556666', '11111111-1111-4222-8333-444455556666'],
    coordination_mode: 'parallel',
    coordination_level: 2,
  },
  project_context: {
    project_path: '/home/ann/shop',
    project_name: 'shop',
    project_group: 'web',
    scope: 'project',
    workspace_id: 'ws-1',
  },
  correlation: {
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    parent_span_id: 'b7ad6b7169203331',
    native_trace_id: 'af7651916cd43dd8448eb211c80319c0',
    native_span_id: 'b9c7c989f97918e1',
    prompt_id: 'f0e1d2c3-0000-4000-8000-000000000002',
    tool_use_id: 'toolu_01A',
    workflow_id: 'release-7',
    related_agents: ['main'],
    task_delegation: { delegated_from: 'main', delegation_type: 'subagent', task_type: 'research' },
    evidence: 'reported',
  },
  tool_context: {
    tool_name: 'Read',
    tool_version: '1',
    mcp_server: 'files',
    duration_ms: 12,
    outcome: 'failure',
    error_class: 'ENOENT',
  },
  resource_usage: { cpu_percent: 12.5, memory_mb: 412, concurrent_operations: 1, loki_instance: 'default' },
  action_details: {
    kind: 'file',
    file_path: '/home/ann/.ssh/id_ed25519',
    paths: ['/home/ann/.ssh/id_ed25519'],
    size_bytes: 411,
    content_hash: 'sha256:ab',
    lines_added: 3,
    lines_removed: 1,
    diff: '+x',
    outside_project_scope: true,
    command: 'cat ~/.ssh/id_ed25519',
    programs: ['cat'],
    search_pattern: 'key',
    search_path: '/home/ann',
    url: 'https://example.com/a?token=***',
    subagent_type: 'Explore',
    spawned_agent_id: 'd4e5f6',
    mcp_server: 'files',
    mcp_tool: 'read',
    calls: [{ tool_use_id: 'toolu_01A', tool_name: 'Read', outcome: 'failure' }],
  },
  security: {
    outside_project_scope: true,
    sensitive: ['ssh-keys'],
    findings: [
      { rule: 'outside-project-scope', level: 'medium', path: '/home/ann/.ssh/id_ed25519' },
      { rule: 'sensitive-read', level: 'high' },
      { rule: 'sensitive-read', level: 'high' },
    ],
    risk_score: 80,
    redactions: { 'private-key': 1, 'aws-key': 2 },
  },
  metadata: {
    claude_version: '2.1.330',
    telemetry_version: '0.1.0',
    user_id: 'ann',
    host: 'laptop',
    entrypoint: 'cli',
    permission_mode: 'default',
    effort: 'high',
    superclaude: { command: '/sc:analyze', persona: ['security', 'qa'], flags: ['--think'] },
    capture_level: 'redacted',
    installation: 'project',
    pid: 4711,
    scope: 'marked',
  },
  raw_input: { hook_event_name: 'PostToolUse' },
  audit: {
    stream: `${INSTALL_ID}/1`,
    seq: 42,
    prev: 'ab'.repeat(32),
    sseq: 7,
    sprev: 'cd'.repeat(32),
    commit: 'ok',
    received: '2026-11-22T20:14:21.223456780Z',
    source_hmac: 'ef'.repeat(32),
    source_bytes: 1873,
    cut: ['raw_input.tool_response'],
  },
};

export function seal(record: AtelRecord): SealedRecord {
  const line = canonicalize(record) ?? '';
  return { line, record, leaf: createHash('sha256').update('\0').update(line).digest('hex') };
}

/** A small record; its line holds `note`. */
export function sample(seq: number, note = '', changes: Partial<AtelRecord> = {}): SealedRecord {
  return seal({
    v: 'atel/1',
    id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
    timestamp: '2026-11-22T20:14:21.123456789Z',
    level: 'INFO',
    event_type: 'command_execution',
    hook_event: 'PreToolUse',
    session_id: 's-1',
    tool_name: 'Bash',
    action_details: { kind: 'shell', command: `echo ${note}` },
    audit: { stream: `${INSTALL_ID}/1`, seq, prev: 'ab'.repeat(32) },
    ...changes,
  });
}

export function samples(count: number, noteOf: (seq: number) => string = () => ''): SealedRecord[] {
  return Array.from({ length: count }, (_, index) => sample(index + 1, noteOf(index + 1)));
}

/** The `export` section of a configuration, with its defaults. */
export function exportSettings(settings: Partial<ExportSettings>): ExportSettings {
  const parsed = parseConfig({ export: settings });
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.config.export;
}

export function resources(): ResourceCache {
  return createResourceCache({
    installId: INSTALL_ID,
    version: '0.1.0',
    hostName: 'laptop',
    platform: 'linux',
    deploymentEnvironment: 'local',
  });
}

/** The contract of `JournalOutlet` over an array that may grow; the cursor is a number in a file. */
export function arrayJournal(records: readonly SealedRecord[], cursorFile: string): JournalOutlet<number> {
  return {
    loadCursor() {
      try {
        return Number(readFileSync(cursorFile, 'utf8'));
      } catch {
        return 0;
      }
    },
    saveCursor: (cursor) => writeFileSync(cursorFile, String(cursor)),
    readBatch<T>(after: number, maxRecords: number, maxBytes: number, map: (one: JournaledRecord) => T) {
      const mapped: T[] = [];
      let bytes = 0;
      for (const record of records.slice(after, after + maxRecords)) {
        const length = Buffer.byteLength(record.line);
        if (mapped.length > 0 && bytes + length > maxBytes) break;
        mapped.push(map(record));
        bytes += length;
      }
      return { mapped, bytes, cursor: after + mapped.length };
    },
  };
}
