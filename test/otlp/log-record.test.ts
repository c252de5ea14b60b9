import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOOK_EVENTS } from '../../src/event/hook-events.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import { ATTR, RESOURCE } from '../../src/otlp/semconv.ts';
import { FULL_RECORD, resources, sample, seal } from './samples.ts';

const map = (record: AtelRecord) => toLogRecord(seal(record), resources().of(record));

describe('toLogRecord', () => {
  it('maps every query field of a full record', () => {
    const { attributes, body, resource, instrumentationScope, ...rest } = map(FULL_RECORD);
    expect(rest).toMatchInlineSnapshot(`
      {
        "droppedAttributesCount": 0,
        "eventName": "agent_telemetry.post_tool_use",
        "hrTime": [
          1795378461,
          123456789,
        ],
        "hrTimeObserved": [
          1795378461,
          223456780,
        ],
        "severityNumber": 13,
        "severityText": "WARN",
        "spanContext": {
          "spanId": "00f067aa0ba902b7",
          "traceFlags": 1,
          "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        },
      }
    `);
    expect(attributes).toMatchInlineSnapshot(`
      {
        "agent_telemetry.action.kind": "file",
        "agent_telemetry.capture_level": "redacted",
        "agent_telemetry.concurrent_operations": 1,
        "agent_telemetry.content_hash": "sha256:ab",
        "agent_telemetry.cpu_percent": 12.5,
        "agent_telemetry.effort": "high",
        "agent_telemetry.evidence": "reported",
        "agent_telemetry.lines_added": 3,
        "agent_telemetry.lines_removed": 1,
        "agent_telemetry.mcp.server": "files",
        "agent_telemetry.mcp.tool": "read",
        "agent_telemetry.memory_mb": 412,
        "agent_telemetry.native_span_id": "b9c7c989f97918e1",
        "agent_telemetry.native_trace_id": "af7651916cd43dd8448eb211c80319c0",
        "agent_telemetry.parent_span_id": "b7ad6b7169203331",
        "agent_telemetry.search.path": "/home/ann",
        "agent_telemetry.search.pattern": "key",
        "agent_telemetry.spawned_agent_id": "d4e5f6",
        "agent_telemetry.superclaude.command": "/sc:analyze",
        "agent_telemetry.superclaude.persona": "security,qa",
        "app.entrypoint": "cli",
        "app.version": "2.1.330",
        "audit.commit": "ok",
        "audit.sequence.number": 42,
        "audit.session_sequence.number": 7,
        "audit.stream": "3f1c2a9e-0000-4000-8000-000000000001/1",
        "duration_ms": 12,
        "error.type": "ENOENT",
        "event.name": "agent_telemetry.post_tool_use",
        "event_type": "file_read",
        "file.path": "/home/ann/.ssh/id_ed25519",
        "file.size": 411,
        "gen_ai.agent.name": "Explore",
        "gen_ai.conversation.id": "7d3f6c1e-1111-4222-8333-444455556666",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.tool.call.id": "toolu_01A",
        "gen_ai.tool.name": "Read",
        "hook_event": "PostToolUse",
        "log.record.uid": "0b9e7a52-94f5-4a0c-a1ce-3a1f5d2b8e10",
        "outcome": "failure",
        "permission_mode": "default",
        "process.command_line": "cat ~/.ssh/id_ed25519",
        "project.group": "web",
        "project.path": "/home/ann/shop",
        "project.scope": "project",
        "project.workspace_id": "ws-1",
        "prompt.id": "f0e1d2c3-0000-4000-8000-000000000002",
        "security.findings": "outside-project-scope,sensitive-read",
        "security.outside_project_scope": true,
        "security.redactions": 3,
        "security.risk_score": 80,
        "security.sensitive": "ssh-keys",
        "tool_name": "Read",
        "tool_use_id": "toolu_01A",
        "url.full": "https://example.com/a?token=***",
        "user.id": "ann",
      }
    `);
    expect(resource.attributes).toMatchInlineSnapshot(`
      {
        "agent.group": "backend",
        "agent.id": "a1b2c3",
        "agent.instance.id": "host-1/7",
        "agent.role": "reviewer",
        "agent.type": "Explore",
        "deployment.environment.name": "local",
        "host.name": "laptop",
        "os.type": "linux",
        "project.name": "shop",
        "service.instance.id": "3f1c2a9e-0000-4000-8000-000000000001",
        "service.name": "claude-telemetry",
        "service.version": "0.1.0",
        "session.id": "7d3f6c1e-1111-4222-8333-444455556666",
        "session.parent_id": "11111111-1111-4222-8333-444455556666",
        "session.root_id": "00000000-1111-4222-8333-444455556666",
        "workflow.id": "release-7",
      }
    `);
    expect(instrumentationScope.name).toBe('agent-telemetry');
    expect(body).toBe(seal(FULL_RECORD).line);
  });

  it('keeps the line as body byte for byte, whatever it holds', () => {
    const odd = sample(1, 'ü \u2028 " \\ \u0007 😀');
    expect(toLogRecord(odd, resources().of(odd.record)).body).toBe(odd.line);
  });

  it('keeps times exact to the nanosecond', () => {
    const exact = (timestamp: string) => map({ ...FULL_RECORD, timestamp }).hrTime;
    expect(exact('2026-11-22T20:14:21.000000001Z')).toEqual([1795378461, 1]);
    expect(exact('2026-11-22T20:14:21.999999999Z')).toEqual([1795378461, 999_999_999]);
    expect(exact('1969-12-31T23:59:59.25Z')).toEqual([-1, 250_000_000]);
    expect(exact('2026-11-22T22:14:21.5+02:00')).toEqual([1795378461, 500_000_000]);
    expect(exact('not a date')).toEqual([0, 0]);
  });

  it('sets no attribute that Loki would take for a resource key or one of its own', () => {
    const inLoki = (key: string) => key.replaceAll(/[.-]/g, '_');
    // Loki's own structured metadata (backend.md B1), and names that its level detection reads.
    const ofLoki = `observed_timestamp severity_number severity_text flags trace_id span_id scope_name scope_version
      dropped_attributes_count detected_level level severity lvl log_level`;
    const taken = new Set([...Object.values(RESOURCE).map(inLoki), ...ofLoki.split(/\s+/)]);
    const keys = Object.values(ATTR).map(inLoki);
    expect(keys.filter((key) => taken.has(key))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeLessThan(60);
  });

  it('uses each name in the tables, and no other', () => {
    const record = map(FULL_RECORD);
    expect(Object.keys(record.attributes).toSorted()).toEqual(Object.values(ATTR).toSorted());
    expect(Object.keys(record.resource.attributes).toSorted()).toEqual(Object.values(RESOURCE).toSorted());
  });

  it('names events after the hook in snake case', () => {
    for (const { name, snake } of HOOK_EVENTS) {
      expect(map({ ...FULL_RECORD, hook_event: name }).eventName).toBe(`agent_telemetry.${snake}`);
    }
    expect(map({ ...FULL_RECORD, hook_event: 'BrandNew2Hook' }).eventName).toBe(
      'agent_telemetry.brand_new2_hook',
    );
    const forged = map({ ...FULL_RECORD, hook_event: `X\n${'y'.repeat(500)}` }).eventName;
    expect(forged).toMatch(/^agent_telemetry\.[a-z0-9_]{1,64}$/);
  });

  it('names records about ourselves after their kind', () => {
    const record = map({
      ...FULL_RECORD,
      hook_event: 'Audit',
      action_details: { kind: 'delivery_rejected' },
    });
    expect(record.eventName).toBe('agent_telemetry.audit.delivery_rejected');
    expect(record.attributes[ATTR.genAiProviderName]).toBeUndefined();
  });

  it('leaves ids out that are no trace context', () => {
    const { correlation: _, ...without } = FULL_RECORD;
    expect(map(without).spanContext).toBeUndefined();
    expect(
      map({ ...FULL_RECORD, correlation: { trace_id: '0'.repeat(32), span_id: 'xyz' } }).spanContext,
    ).toBeUndefined();
  });

  it('makes values that every receiver takes, and cuts long ones on a code point', () => {
    const record: AtelRecord = {
      ...FULL_RECORD,
      action_details: {
        command: '😀'.repeat(1000),
        file_path: 'a\ud800b\u0000c',
        size_bytes: 2 ** 60,
        lines_added: Number.NaN,
      },
    };
    const { attributes } = toLogRecord({ line: '', record }, resources().of(record));
    const command = String(attributes[ATTR.commandLine]);
    expect(Buffer.byteLength(command)).toBeLessThanOrEqual(1024);
    expect(command).toMatch(/^😀{200,}…$/u);
    expect(attributes[ATTR.filePath]).toBe('a\ufffdbc');
    expect(attributes[ATTR.fileSize]).toBe(String(2 ** 60));
    expect(attributes[ATTR.linesAdded]).toBe('NaN');
  });

  it('never throws, even when the blocks of a damaged line hold anything', () => {
    const blocks = fc.record(
      Object.fromEntries(
        [
          'agent_context',
          'session_context',
          'project_context',
          'correlation',
          'tool_context',
          'action_details',
        ]
          .concat(['security', 'metadata', 'session_id', 'tool_name'])
          .map((key) => [
            key,
            fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...FIELDS), fc.jsonValue())),
          ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(blocks, (odd) => {
        const { attributes, eventName } = map({ ...FULL_RECORD, ...odd });
        expect(eventName).toMatch(/^agent_telemetry\./);
        for (const value of Object.values(attributes))
          expect(['string', 'number', 'boolean']).toContain(typeof value);
      }),
      { numRuns: 300 },
    );
  });
});

/** Field names of the blocks whose values are used as more than plain text. */
const FIELDS = [
  'kind',
  'findings',
  'sensitive',
  'redactions',
  'superclaude',
  'trace_id',
  'span_id',
  'url',
  'command',
];
