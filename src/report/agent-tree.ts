/** Who works for whom within a session. */
import type { AtelRecord } from '../journal/record.ts';

/** Events that only the main agent has. */
const MAIN_EVENTS: ReadonlySet<string> = new Set(['SessionStart', 'UserPromptSubmit', 'Stop', 'SessionEnd']);
const MAX_DEPTH = 16;

export interface AgentTree {
  /** 0 for a main agent; a subagent whose parent nobody told of counts as the main agent's. */
  depthOf(agent: string): number;
}

/** Reads delegations from the Agent tool's records, which name the agent that they made. */
export function createAgentTree(records: readonly AtelRecord[]): AgentTree {
  const mains = new Set<string>(['main', '']);
  const parents = new Map<string, string>();
  for (const record of records) {
    const agent = record.agent_context?.agent_id ?? '';
    if (MAIN_EVENTS.has(record.hook_event)) mains.add(agent);
    const spawned = record.action_details?.spawned_agent_id;
    if (spawned !== undefined && spawned !== agent && record.tool_name !== undefined)
      parents.set(spawned, agent);
  }
  const depthOf = (agent: string): number => {
    let depth = 0;
    for (let at = agent; !mains.has(at) && depth < MAX_DEPTH; depth++) at = parents.get(at) ?? '';
    return depth;
  };
  return { depthOf };
}
