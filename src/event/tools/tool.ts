/** What a tool table says of a tool, and the helper that all tool files use. */
import type { ActionDetails } from '../../journal/record.ts';
import type { ToolEventType } from '../event-types.ts';
import type { FieldTable } from '../field-class.ts';
import type { PathUse } from '../path-use.ts';
import type { Shape } from '../shape.ts';

/** Finer than `event_type`, which the specification fixes. */
export type ActionKind =
  | 'file'
  | 'shell'
  | 'search'
  | 'network'
  | 'delegation'
  | 'planning'
  | 'mcp'
  | 'session'
  | 'schedule'
  | 'interaction'
  | 'unknown';

/** What one call tells about itself; nothing here is redacted yet. */
export interface CallFacts {
  readonly details: ActionDetails;
  /** Paths that the input names; those inside a command are found by `detect`. */
  readonly uses: readonly PathUse[];
  /** Fields whose type is not what we know, as dotted paths. */
  readonly misfits: readonly string[];
}

export interface Tool {
  /** The present name first, then names that older clients use. */
  readonly names: readonly string[];
  readonly eventType: ToolEventType;
  readonly kind: ActionKind;
  readonly input: FieldTable;
  readonly response: FieldTable;
  facts(input: unknown, response: unknown): CallFacts;
}

interface ToolSpec<Input, Response> {
  readonly names: readonly string[];
  readonly eventType?: ToolEventType;
  readonly kind: ActionKind;
  readonly input: Shape<Input>;
  readonly response?: Shape<Response>;
  /** Paths of the input, with what is done to them. */
  readonly uses?: (input: Input) => readonly (PathUse | undefined)[];
  readonly details?: (input: Input, response: Response) => ActionDetails;
}

const NO_RESPONSE: Shape<object> = { table: {}, read: () => ({ view: {}, misfits: [] }) };

/** Makes a table row; input and response are read through their shapes once, here. */
export function defineTool<Input, Response>(spec: ToolSpec<Input, Response>): Tool;
export function defineTool<Input>(spec: ToolSpec<Input, object>): Tool {
  const response = spec.response ?? NO_RESPONSE;
  return {
    names: spec.names,
    eventType: spec.eventType ?? 'tool_usage',
    kind: spec.kind,
    input: spec.input.table,
    response: response.table,
    facts(rawInput, rawResponse) {
      const given = spec.input.read(rawInput);
      const answered = response.read(rawResponse);
      return {
        details: { kind: spec.kind, ...spec.details?.(given.view, answered.view) },
        uses: (spec.uses?.(given.view) ?? []).filter((use) => use !== undefined),
        misfits: [
          ...given.misfits.map((name) => `tool_input.${name}`),
          ...answered.misfits.map((name) => `tool_response.${name}`),
        ],
      };
    },
  };
}

/** A path of the input, or nothing when the input has none. */
export function use(path: string | undefined, access: PathUse['access']): PathUse | undefined {
  return path === undefined || path === '' ? undefined : { path, access, via: 'tool_input' };
}
