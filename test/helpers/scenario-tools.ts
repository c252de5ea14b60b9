/** The tools `everything` has no room for. */
import { call, expectSuccess, type Scenario } from './scenario.ts';

const WORKFLOW = `export const meta = { name: 'survey', description: 'Looks around', phases: [{ title: 'Look' }] };
phase('Look');
return await agent('Look. script:mate');
`;

/** Schedules, watches, searches, findings, worktrees: what a default session offers beside the everyday tools. */
export const moreTools: Scenario = {
  name: 'more-tools',
  scripts: () => ({
    more: [
      call('ToolSearch', { query: 'select:CronCreate,CronList,CronDelete,Monitor,WebSearch' }),
      call('CronCreate', { cron: '0 9 * * *', prompt: 'Good morning', recurring: true }),
      call('CronList'),
      (results) => call('CronDelete', { id: /^[0-9a-f]{8}/.exec(results.at(-1) ?? '')?.[0] ?? 'unknown' }),
      call('ListAgents'),
      call('ScheduleWakeup', { delaySeconds: 3600, reason: 'Later', prompt: 'Later' }),
      call('ScheduleWakeup', { stop: true }),
      call('Monitor', {
        command: 'echo one; echo two',
        description: 'Watch',
        timeout_ms: 5000,
        persistent: false,
      }),
      call('WebSearch', { query: 'weather' }),
      call('ReportFindings', { findings: [] }),
      { text: 'Done.' },
    ],
  }),
  async play({ claude }) {
    const tools = 'CronCreate,CronList,CronDelete,ListAgents,ScheduleWakeup,Monitor,WebSearch,ReportFindings';
    expectSuccess(await claude({ prompt: 'Try them. script:more', args: ['--allowedTools', tools] }));
  },
};

/** A session that moves into a worktree of its own and back. */
export const worktreeTools: Scenario = {
  name: 'worktree-tools',
  scripts: () => ({
    side: [
      call('EnterWorktree', { name: 'side' }),
      call('Bash', { command: 'git status --short' }),
      call('ExitWorktree', { action: 'keep' }),
      { text: 'Back.' },
    ],
  }),
  async play({ claude }) {
    const args = ['--allowedTools', 'Bash,EnterWorktree,ExitWorktree'];
    expectSuccess(await claude({ prompt: 'Go aside. script:side', args, env: { ENABLE_TOOL_SEARCH: '0' } }));
  },
};

/** A named agent that gets a second message after its end: two runs of one agent id. */
export const namedAgent: Scenario = {
  name: 'named-agent',
  scripts: () => ({
    lead: [
      call('Agent', {
        description: 'A mate',
        prompt: 'Look around. script:mate',
        subagent_type: 'general-purpose',
        name: 'mate',
        run_in_background: true,
      }),
      {
        ...call('SendMessage', { to: 'mate', message: 'Look again. script:mate', summary: 'again' }),
        delayMillis: 700,
      },
      { text: 'Sent.' },
    ],
    mate: [call('Bash', { command: 'echo seen' }), { text: 'Seen.' }],
  }),
  async play({ claude }) {
    const args = ['--allowedTools', 'Agent,SendMessage,Bash'];
    expectSuccess(await claude({ prompt: 'Lead. script:lead', args, env: { ENABLE_TOOL_SEARCH: '0' } }));
  },
};

/** A subagent that starts a subagent. */
export const nestedAgents: Scenario = {
  name: 'nested-agents',
  scripts: () => {
    const delegate = (to: string) =>
      call('Agent', {
        description: `Ask ${to}`,
        prompt: `Your turn. script:${to}`,
        subagent_type: 'general-purpose',
        run_in_background: false,
      });
    return {
      top: [delegate('middle'), { text: 'Top.' }],
      middle: [delegate('bottom'), { text: 'Middle.' }],
      bottom: [call('Bash', { command: 'echo bottom' }), { text: 'Bottom.' }],
    };
  },
  async play({ claude }) {
    expectSuccess(await claude({ prompt: 'Start. script:top', args: ['--allowedTools', 'Agent,Bash'] }));
  },
};

/** A workflow script with one agent. */
export const workflow: Scenario = {
  name: 'workflow',
  scripts: () => ({
    flow: [call('Workflow', { script: WORKFLOW }), { text: 'Flowing.' }],
    mate: [call('Bash', { command: 'echo seen' }), { text: 'Seen.' }],
  }),
  async play({ claude }) {
    expectSuccess(await claude({ prompt: 'Flow. script:flow', args: ['--allowedTools', 'Workflow,Bash'] }));
  },
};

/** The list of things to do, as clients without the Task tools keep it. */
export const todos: Scenario = {
  name: 'todos',
  scripts: () => ({
    todo: [
      call('TodoWrite', { todos: [{ content: 'Paint', status: 'pending', activeForm: 'Painting' }] }),
      { text: 'Listed.' },
    ],
  }),
  async play({ claude }) {
    const args = ['--tools', 'TodoWrite,Read', '--allowedTools', 'TodoWrite'];
    expectSuccess(
      await claude({ prompt: 'List. script:todo', args, env: { CLAUDE_CODE_ENABLE_TASKS: '0' } }),
    );
  },
};
