/**
 * What is known of every session, as a fold over records in journal order. The same `observe` runs on records as they
 * are made and, after a restart, on the journal behind the last snapshot; so the state can always be rebuilt and is
 * never the truth. Bounded: the sessions seen least recently go first.
 */
import * as z from 'zod';
import type { AtelRecord, DraftRecord, Outcome } from '../journal/record.ts';

/** Sessions kept in memory; a session that returns after that is rebuilt from its next records. */
const MAX_SESSIONS = 2_000;
/** Open or recent calls kept per session. */
const MAX_CALLS = 2_000;

const superclaudeSchema = z.object({
  command: z.string().optional(),
  persona: z.array(z.string()).optional(),
  flags: z.array(z.string()).optional(),
});

const sessionSchema = z.object({
  parent: z.string().optional(),
  root: z.string(),
  hierarchy: z.array(z.string()),
  project: z.string().optional(),
  /** The marker stood at the last event; `undefined`: the session was never active by a marker. */
  marker: z.boolean().optional(),
  pid: z.number().optional(),
  prompt: z.string().optional(),
  superclaude: superclaudeSchema.optional(),
  effort: z.string().optional(),
  /** Calls of the running turn: `open`, or how they ended. */
  calls: z.record(z.string(), z.string()),
  /** Calls of the Agent tool that have not named their subagent yet. */
  spawning: z.array(z.string()),
  /** Subagent → the call that started it. */
  agents: z.record(z.string(), z.object({ call: z.string(), evidence: z.enum(['reported', 'inferred']) })),
  directories: z.array(z.string()),
});

export type SessionState = z.output<typeof sessionSchema>;

const snapshotSchema = z.object({ sessions: z.array(z.tuple([z.string(), sessionSchema])) });

export interface Registry {
  session(id: string): SessionState | undefined;
  /** Takes a record into account; call it for each record once, in journal order. */
  observe(record: AtelRecord | DraftRecord): void;
  /** Drops what is known of a session whose records are gone. */
  forget(id: string): void;
  /** JSON for `createRegistry`. */
  snapshot(): string;
  /** Sessions with their agent's process, most recent last. */
  pids(): ReadonlyMap<string, number>;
}

/** @param snapshot what `snapshot()` gave; anything unreadable counts as none, the journal is replayed instead */
export function createRegistry(snapshot?: string): Registry {
  const sessions = new Map<string, SessionState>(readSnapshot(snapshot));
  return {
    session: (id) => sessions.get(id),
    observe(record) {
      const id = record.session_id;
      if (id === undefined) return;
      const before = sessions.get(id);
      sessions.delete(id);
      sessions.set(id, advance(before ?? newSession(record, id), record));
      if (sessions.size > MAX_SESSIONS) sessions.delete(sessions.keys().next().value ?? id);
    },
    forget: (id) => void sessions.delete(id),
    snapshot: () => JSON.stringify({ sessions: [...sessions] }),
    pids: () =>
      new Map(
        [...sessions].flatMap(([id, state]) => (state.pid === undefined ? [] : [[id, state.pid] as const])),
      ),
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
    calls: {},
    spawning: [],
    agents: {},
    directories: [],
  };
}

function advance(state: SessionState, record: AtelRecord | DraftRecord): SessionState {
  const next: SessionState = { ...state };
  const { metadata, correlation, action_details: details } = record;
  if (record.project_path !== undefined) next.project = record.project_path;
  if (metadata?.active === 'marker') next.marker = true;
  else if (record.telemetry_enabled === false) next.marker = false;
  if (metadata?.pid !== undefined) next.pid = metadata.pid;
  if (metadata?.effort !== undefined) next.effort = metadata.effort;
  if (record.hook_event === 'UserPromptSubmit' || record.hook_event === 'SessionStart') {
    next.prompt = correlation?.prompt_id;
    next.superclaude = mutableSuperClaude(record);
    // What is still open was cancelled, or belongs to a background agent and will tell its end itself.
    next.calls = Object.fromEntries(Object.entries(state.calls).filter(([, outcome]) => outcome !== 'open'));
    next.spawning = [];
  }
  if (record.hook_event === 'UserPromptExpansion') {
    next.prompt = correlation?.prompt_id;
    next.superclaude = mutableSuperClaude(record);
  }
  if (record.hook_event === 'DirectoryAdded' && typeof details?.['directory'] === 'string') {
    next.directories = [...new Set([...state.directories, details['directory']])].slice(-64);
  }
  if (record.hook_event === 'SessionEnd') delete next.pid;
  return advanceCalls(next, record);
}

function advanceCalls(state: SessionState, record: AtelRecord | DraftRecord): SessionState {
  const call = record.correlation?.tool_use_id;
  const details = record.action_details;
  if (record.hook_event === 'PostToolBatch') {
    const calls = { ...state.calls };
    for (const ended of details?.calls ?? []) delete calls[ended.tool_use_id];
    return { ...state, calls };
  }
  if (record.hook_event === 'SubagentStart')
    return linkAgent(state, record.agent_context?.agent_id, state.spawning[0], 'inferred');
  if (call === undefined) return state;
  const outcome = record.hook_event === 'PreToolUse' ? 'open' : record.tool_context?.outcome;
  if (outcome === undefined) return state;
  const spawns =
    details?.kind === 'delegation' && (record.tool_name === 'Agent' || record.tool_name === 'Task');
  const next = { ...state, calls: bounded({ ...state.calls, [call]: outcome }) };
  if (!spawns) return next;
  if (outcome === 'open') return { ...next, spawning: [...state.spawning, call] };
  return linkAgent(
    { ...next, spawning: state.spawning.filter((id) => id !== call) },
    details.spawned_agent_id,
    call,
    'reported',
  );
}

/** A link that was inferred is replaced by a reported one, never the other way round. */
function linkAgent(
  state: SessionState,
  agent: string | undefined,
  call: string | undefined,
  evidence: 'reported' | 'inferred',
): SessionState {
  if (agent === undefined || call === undefined) return state;
  // With several spawning calls open, the order of starts proves nothing.
  if (evidence === 'inferred' && (state.agents[agent] !== undefined || state.spawning.length !== 1))
    return state;
  return { ...state, agents: { ...state.agents, [agent]: { call, evidence } } };
}

function bounded(calls: Record<string, string>): Record<string, string> {
  const entries = Object.entries(calls);
  return entries.length <= MAX_CALLS ? calls : Object.fromEntries(entries.slice(-MAX_CALLS));
}

function mutableSuperClaude(record: AtelRecord | DraftRecord): SessionState['superclaude'] {
  const given = record.metadata?.superclaude;
  if (given === undefined) return undefined;
  return superclaudeSchema.parse(given);
}

/** How a call of the running turn ended, as far as its own events told. */
export function outcomeOf(state: SessionState | undefined, call: string): Outcome | undefined {
  const outcome = state?.calls[call];
  return OUTCOMES.find((known) => known === outcome);
}

const OUTCOMES: readonly Outcome[] = [
  'success',
  'failure',
  'interrupted',
  'denied',
  'invalid_input',
  'unknown_tool',
  'rejected',
];

/** Calls that have begun and not ended. */
export function openCalls(state: SessionState | undefined): number {
  return Object.values(state?.calls ?? {}).filter((outcome) => outcome === 'open').length;
}
