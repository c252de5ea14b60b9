/** A client inside a host program, where somebody is there to answer, to refuse and to interrupt. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type HostRequest, startHost } from './claude-host.ts';
import { mcpConfig } from './scenario-everything.ts';
import { call, expectSuccess, type Scenario } from './scenario.ts';

const QUESTION = {
  question: 'Which colour?',
  header: 'Colour',
  multiSelect: false,
  options: [
    { label: 'Red', description: 'Like a rose' },
    { label: 'Blue', description: 'Like the sea' },
  ],
};

/** Allows everything but one command, answers the question, approves the plan. */
function answer({ subtype, tool_name: tool, input = {} }: HostRequest): object {
  if (subtype === 'elicitation') return { action: 'accept', content: { colour: 'red' } };
  if (input['command'] === 'touch no') return { behavior: 'deny', message: 'The user does not want this.' };
  const answers = tool === 'AskUserQuestion' ? { answers: { [QUESTION.question]: 'Blue' } } : {};
  return { behavior: 'allow', updatedInput: { ...input, ...answers } };
}

export const hosted: Scenario = {
  name: 'hosted',
  scripts: () => ({
    ask: [
      {
        calls: [
          { tool: 'Bash', input: { command: 'touch yes' } },
          { tool: 'Bash', input: { command: 'touch no' } },
        ],
      },
      call('AskUserQuestion', { questions: [QUESTION] }),
      call('mcp__notes__ask', { text: 'Which colour?' }),
      call('EnterPlanMode'),
      call('ExitPlanMode', { plan: 'Paint it blue.' }),
      { text: 'Asked.' },
    ],
    long: [call('Bash', { command: 'tail -f /dev/null' }), { text: 'Never said.' }],
    after: [{ text: 'After the interrupt.' }],
  }),
  async play({ options, server, world }) {
    const args = ['--mcp-config', JSON.stringify(mcpConfig())];
    const host = startHost(options({ prompt: '', args, env: { ENABLE_TOOL_SEARCH: '0' } }), answer);
    await host.say('Ask me. script:ask');
    const interrupted = host.say('Take long. script:long');
    while (!server.requests.some((request) => request.played === 'long#0')) await delay(50);
    await delay(800);
    host.interrupt();
    await interrupted;
    host.addRoot(join(world.project, 'src'));
    host.setModel('claude-sonnet-5-5');
    await host.say('Go on. script:after');
    expectSuccess(await host.end());
  },
};
