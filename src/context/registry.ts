/**
 * What is known of every session, as a fold over records in journal order. The same `observe` runs on records as they
 * are made and, after a restart, on the journal behind the last snapshot; so the state can always be rebuilt and is
 * never the truth. Bounded: the sessions seen least recently go first.
 */
import * as z from 'zod';
import type { AtelRecord, DraftRecord } from '../journal/record.ts';
import { createCalls } from './calls.ts';

/** Sessions kept in memory; a session that returns after that is rebuilt from its next records. */
const MAX_SESSIONS = 2_000;

const superclaudeSchema = z
  .object({
    command: z.string().optional(),
    persona: z.array(z.string()).optional(),
    flags: z.array(z.string()).optional(),
  })
  .optional();

const sessionSchema = z.object({
  parent: z.string().optional(),
  root: z.string(),
  hierarchy: z.array(z.string()),
  project: z.string().optional(),
  /** The marker stood at the last event; `undefined`: the session was never active by a marker. */
  marker: z.boolean().optional(),
  prompt: z.string().optional(),
  superclaude: superclaudeSchema,
  effort: z.string().optional(),
  calls: z.record(z.string(), z.string()).transform(createCalls),
  /** Calls of the Agent tool that have not named their subagent yet. */
  spawning: z.array(z.string()),
  /** Subagent → the call that started it. */
  agents: z.record(z.string(), z.object({ call: z.string(), evidence: z.enum(['reported', 'inferred']) })),
  directories: z.array(z.string()),
});

export type SessionState = z.output<typeof sessionSchema>;

const snapshotSchema = z.object({ sessions: z.array(z.tuple([z.string(), sessionSchema])) });

export interface Registry {
  /** What is known of a session now; the next `observe` changes it. */
  session(id: string): SessionState | undefined;
  /** Takes a record into account; call it for each record once, in journal order. */
  observe(record: AtelRecord | DraftRecord): void;
  /** Drops what is known of a session whose records are gone. */
  forget(id: string): void;
  /** JSON for `createRegistry`. */
  snapshot(): string;
}

/** @param snapshot what `snapshot()` gave; anything unreadable counts as none, the journal is replayed instead */
export function createRegistry(snapshot?: string): Registry {
  const sessions = new Map<string, SessionState>(readSnapshot(snapshot));
  return {
    session: (id) => sessions.get(id),
    observe(record) {
      const id = record.session_id;
      if (id === undefined) return;
      const state = sessions.get(id) ?? newSession(record, id);
      advance(state, record);
      sessions.delete(id);
      sessions.set(id, state);
      if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value ?? id);
    },
    forget: (id) => void sessions.delete(id),
    snapshot: () => JSON.stringify({ sessions: [...sessions] }),
  };
}

function readSnapshot(snapshot: string | undefined): readonly (readonly [string, SessionState])[] {
  if (snapshot === undefined) return [];
  try {
    return snapshotSchema.parse(JSON.parse(snapshot)).sessions;
  } catch {
    return [];
  }
}

function newSession(record: AtelRecord | DraftRecord, id: string): SessionState {
  const context = record.session_context;
  return {
    ...(context?.parent_session === undefined ? {} : { parent: context.parent_session }),
    root: context?.root_session ?? id,
    hierarchy: [...(context?.session_hierarchy ?? [id])],
    calls: createCalls(),
    spawning: [],
    agents: {},
    directories: [],
  };
}

function advance(state: SessionState, record: AtelRecord | DraftRecord): void {
  const { metadata, action_details: details } = record;
  if (record.project_path !== undefined) state.project = record.project_path;
  if (metadata?.active === 'marker') state.marker = true;
  else if (record.telemetry_enabled === false) state.marker = false;
  if (metadata?.effort !== undefined) state.effort = metadata.effort;
  if (record.hook_event === 'UserPromptSubmit' || record.hook_event === 'SessionStart') {
    beginPrompt(state, record);
    // What is still open was cancelled, or belongs to a background agent and will tell its end itself.
    state.calls.deleteOpen();
    state.spawning = [];
  }
  if (record.hook_event === 'UserPromptExpansion') beginPrompt(state, record);
  if (record.hook_event === 'DirectoryAdded' && typeof details?.['directory'] === 'string') {
    state.directories = [...new Set([...state.directories, details['directory']])].slice(-64);
  }
  advanceCalls(state, record);
}

function beginPrompt(state: SessionState, { correlation, metadata }: AtelRecord | DraftRecord): void {
  state.prompt = correlation?.prompt_id;
  state.superclaude = superclaudeSchema.parse(metadata?.superclaude);
}

function advanceCalls(state: SessionState, record: AtelRecord | DraftRecord): void {
  const call = record.correlation?.tool_use_id;
  const details = record.action_details;
  if (record.hook_event === 'PostToolBatch') {
    for (const ended of details?.calls ?? []) state.calls.delete(ended.tool_use_id);
    return;
  }
  if (record.hook_event === 'SubagentStart')
    linkAgent(state, record.agent_context?.agent_id, state.spawning[0], 'inferred');
  if (record.hook_event === 'SubagentStart' || call === undefined) return;
  const outcome = record.hook_event === 'PreToolUse' ? 'open' : record.tool_context?.outcome;
  if (outcome === undefined) return;
  state.calls.set(call, outcome);
  if (details?.kind !== 'delegation' || (record.tool_name !== 'Agent' && record.tool_name !== 'Task')) return;
  if (outcome === 'open') {
    state.spawning = [...state.spawning, call];
    return;
  }
  state.spawning = state.spawning.filter((id) => id !== call);
  linkAgent(state, details.spawned_agent_id, call, 'reported');
}

/** A link that was inferred is replaced by a reported one, never the other way round. */
function linkAgent(
  state: SessionState,
  agent: string | undefined,
  call: string | undefined,
  evidence: 'reported' | 'inferred',
): void {
  if (agent === undefined || call === undefined) return;
  // With several spawning calls open, the order of starts proves nothing.
  if (evidence === 'inferred' && (state.agents[agent] !== undefined || state.spawning.length !== 1)) return;
  state.agents = { ...state.agents, [agent]: { call, evidence } };
}
