/**
 * Trace and span ids, computed from what every process knows, so that no host needs to ask another. The root session is
 * the trace. The domain strings keep trace and span ids unrelated and the scheme versioned.
 */
import { hash } from 'node:crypto';

/** What a span stands for. */
export type SpanKey = 'session' | `prompt:${string}` | `tool:${string}` | `agent:${string}`;

function digest(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'hex');
}

/** 32 hex digits: sha256("agent-telemetry/trace/v1" 0x00 root session id), first 16 bytes. */
export function traceIdOf(rootSession: string): string {
  return digest('agent-telemetry/trace/v1', rootSession).slice(0, 32);
}

/** 16 hex digits: sha256("agent-telemetry/span/v1" 0x00 session id 0x00 key), first 8 bytes. */
export function spanIdOf(session: string, key: SpanKey): string {
  return digest('agent-telemetry/span/v1', session, key).slice(0, 16);
}

/** The parts of a W3C `traceparent`; `undefined` when it is none. */
export function parseTraceparent(value: string | undefined): { traceId: string; spanId: string } | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(value ?? '');
  if (!match?.[1] || !match[2] || /^0+$/.test(match[1]) || /^0+$/.test(match[2])) return undefined;
  return { traceId: match[1], spanId: match[2] };
}
