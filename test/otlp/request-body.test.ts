import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SealedRecord } from '../../src/journal/record.ts';
import { toLogRecord } from '../../src/otlp/log-record.ts';
import { encodeBody } from '../../src/otlp/request-body.ts';
import { VERSION } from '../../src/platform/version.ts';
import { resources, sample } from './samples.ts';

const cache = resources();
const logRecords = (...sealed: readonly SealedRecord[]) =>
  sealed.map((one) => toLogRecord(one, cache.of(one.record)));

describe('encodeBody', () => {
  it('writes OTLP JSON, byte for byte', async () => {
    const body = await encodeBody(logRecords(sample(1, 'ü"')), 'none');
    const text = Buffer.from(body).toString().replace(`"version":"${VERSION}"`, '"version":"…"');
    expect(text).toMatchInlineSnapshot(
      `"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"claude-telemetry"}},{"key":"service.version","value":{"stringValue":"0.1.0"}},{"key":"service.instance.id","value":{"stringValue":"3f1c2a9e-0000-4000-8000-000000000001"}},{"key":"host.name","value":{"stringValue":"laptop"}},{"key":"os.type","value":{"stringValue":"linux"}},{"key":"deployment.environment.name","value":{"stringValue":"local"}},{"key":"session.id","value":{"stringValue":"s-1"}}],"droppedAttributesCount":0},"scopeLogs":[{"scope":{"name":"agent-telemetry","version":"…"},"logRecords":[{"timeUnixNano":"1795378461123456789","observedTimeUnixNano":"1795378461123456789","severityNumber":9,"severityText":"INFO","body":{"stringValue":"{\\"action_details\\":{\\"command\\":\\"echo ü\\\\\\"\\",\\"kind\\":\\"shell\\"},\\"audit\\":{\\"prev\\":\\"abababababababababababababababababababababababababababababababab\\",\\"seq\\":1,\\"stream\\":\\"3f1c2a9e-0000-4000-8000-000000000001/1\\"},\\"event_type\\":\\"command_execution\\",\\"hook_event\\":\\"PreToolUse\\",\\"id\\":\\"00000000-0000-4000-8000-000000000001\\",\\"level\\":\\"INFO\\",\\"session_id\\":\\"s-1\\",\\"timestamp\\":\\"2026-11-22T20:14:21.123456789Z\\",\\"tool_name\\":\\"Bash\\",\\"v\\":\\"atel/1\\"}"},"eventName":"agent_telemetry.pre_tool_use","attributes":[{"key":"event.name","value":{"stringValue":"agent_telemetry.pre_tool_use"}},{"key":"log.record.uid","value":{"stringValue":"00000000-0000-4000-8000-000000000001"}},{"key":"event_type","value":{"stringValue":"command_execution"}},{"key":"hook_event","value":{"stringValue":"PreToolUse"}},{"key":"audit.stream","value":{"stringValue":"3f1c2a9e-0000-4000-8000-000000000001/1"}},{"key":"audit.sequence.number","value":{"intValue":1}},{"key":"tool_name","value":{"stringValue":"Bash"}},{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},{"key":"gen_ai.provider.name","value":{"stringValue":"anthropic"}},{"key":"gen_ai.conversation.id","value":{"stringValue":"s-1"}},{"key":"gen_ai.tool.name","value":{"stringValue":"Bash"}},{"key":"agent_telemetry.action.kind","value":{"stringValue":"shell"}},{"key":"process.command_line","value":{"stringValue":"echo ü\\""}}],"droppedAttributesCount":0}]}]}]}"`,
    );
  });

  it('compresses the same bytes, even those that hardly shrink', async () => {
    for (const note of ['x'.repeat(100_000), randomBytes(200_000).toString('base64')]) {
      const records = logRecords(sample(1, note), sample(2));
      const [plain, gzipped] = await Promise.all([encodeBody(records, 'none'), encodeBody(records, 'gzip')]);
      expect(gzipped.length).toBeLessThan(plain.length);
      expect(gunzipSync(gzipped).equals(plain)).toBe(true);
    }
  });
});
