/**
 * How a call ended. Success and failure have hook events of their own; a call that never ran is told only by the text
 * that PostToolBatch carries for the model, so its classes rest on recorded real texts (test/fixtures/payloads).
 */
import type { Outcome } from '../journal/record.ts';
import { plainIdOf, shortName } from './plain-id.ts';
import { ownValue } from './shape.ts';

export interface BatchCall {
  readonly tool_use_id: string;
  readonly tool_name: string;
  /** What the model was told, as one string; never recorded. */
  readonly text: string;
}

/** The calls of a PostToolBatch; entries without an id are left out. */
export function batchCalls(calls: unknown): readonly BatchCall[] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: unknown) => {
    const [id, name] = [ownValue(call, 'tool_use_id'), ownValue(call, 'tool_name')];
    const tool_use_id = typeof id === 'string' ? plainIdOf(id) : undefined;
    if (tool_use_id === undefined) return [];
    const text = modelText(ownValue(call, 'tool_response'));
    const tool_name = typeof name === 'string' ? (shortName(name) ?? '') : '';
    return [{ tool_use_id, tool_name, text }];
  });
}

/** `tool_response` of a batch is a string or content blocks. */
function modelText(response: unknown): string {
  if (typeof response === 'string') return response;
  if (!Array.isArray(response)) return '';
  return response
    .map((block: unknown) => ownValue(block, 'text'))
    .filter((text) => typeof text === 'string')
    .join('\n');
}

/** The client's words for a permission, rule, mode or hook that said no; 2.1.330, see the `refusals` recordings. */
const DENIED =
  /has been denied|denied access|denied by|needs approval|requires? approval|was blocked|haven't granted it yet|blocked by permission rules|^PreToolUse:.{1,200} hook error|^Auto mode is unavailable/s;

/**
 * Outcome of a call that had neither PostToolUse nor PostToolUseFailure.
 * @param text what the model was told
 * @param began whether the call had a PreToolUse: the client checks name and input before that
 */
export function classifyRejection(text: string, began: boolean): Outcome {
  const head = text.slice(0, 500);
  if (!began && head.startsWith('<tool_use_error>Error: No such tool available')) return 'unknown_tool';
  if (DENIED.test(head)) return 'denied';
  return !began && head.startsWith('<tool_use_error>') ? 'invalid_input' : 'rejected';
}

/** Outcome of a PostToolUseFailure. */
export function failureOutcome(isInterrupt: unknown): Outcome {
  return isInterrupt === true ? 'interrupted' : 'failure';
}

/** A short class of a failure's text, e.g. `exit_code_1`, without any of the text itself. */
export function errorClass(error: unknown): string | undefined {
  if (typeof error !== 'string') return undefined;
  const exit = /^Exit code (\d{1,3})\b/.exec(error);
  if (exit) return `exit_code_${exit[1]}`;
  const coded = /\b(E[A-Z]{3,12}|timed out|not found|permission denied)\b/i.exec(error.slice(0, 500));
  return coded?.[1] ? coded[1].toLowerCase().replace(/ /g, '_') : 'error';
}
