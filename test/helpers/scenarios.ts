/** All scenarios, in the order their payloads are recorded. New ones go last, so that numbers stay. */
import { everything } from './scenario-everything.ts';
import { hosted } from './scenario-hosted.ts';
import { fleet, nested, subdirectory, traced, worktree } from './scenario-many.ts';
import { refusals } from './scenario-refusals.ts';
import {
  apiFailure,
  bypass,
  commands,
  configChange,
  elicitation,
  everyday,
  refusingModes,
  resumed,
  setup,
  superclaude,
} from './scenario-sessions.ts';
import { moreTools, namedAgent, nestedAgents, todos, workflow, worktreeTools } from './scenario-tools.ts';
import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [
  everything,
  resumed,
  commands,
  setup,
  superclaude,
  apiFailure,
  configChange,
  refusingModes,
  bypass,
  elicitation,
  moreTools,
  worktreeTools,
  namedAgent,
  nestedAgents,
  workflow,
  todos,
  worktree,
  subdirectory,
  nested,
  traced,
  fleet,
  hosted,
  refusals,
];

/** What a client of version 2.1.100 can play. */
export const OLD_CLIENT_SCENARIOS: readonly Scenario[] = [everyday];
