/** How sessions begin, go on, change and fail. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mcpConfig } from './scenario-everything.ts';
import { call, expectExit, expectSuccess, type Scenario, writeWorldFile } from './scenario.ts';

/** One session: begun, resumed, compacted; then forked into a second one. */
export const resumed: Scenario = {
  name: 'resumed',
  scripts: () => ({
    begin: [call('Bash', { command: 'echo begun' }), { text: 'Begun.' }],
    more: [{ text: 'More.' }],
  }),
  async play({ claude }) {
    expectSuccess(await claude({ prompt: 'Begin. script:begin', args: ['--allowedTools', 'Bash'] }));
    expectSuccess(await claude({ prompt: 'Go on. script:more', args: ['--continue'] }));
    expectSuccess(await claude({ prompt: '/compact keep the facts', args: ['--continue'] }));
    expectSuccess(await claude({ prompt: 'Fork. script:more', args: ['--continue', '--fork-session'] }));
  },
};

/** Commands that never reach the model: `/clear`, `/model`. */
export const commands: Scenario = {
  name: 'commands',
  scripts: () => ({}),
  async play({ claude }) {
    expectSuccess(await claude({ prompt: '/clear' }));
    expectSuccess(await claude({ prompt: '/model sonnet' }));
  },
};

/** `--init` and `--maintenance` fire Setup. */
export const setup: Scenario = {
  name: 'setup',
  scripts: () => ({ hello: [{ text: 'Hello.' }] }),
  async play({ claude }) {
    expectSuccess(await claude({ prompt: 'Hello. script:hello', args: ['--init'] }));
    expectSuccess(await claude({ prompt: 'Hello. script:hello', args: ['--maintenance'] }));
  },
};

/** A SuperClaude command, once as plain text and once with its command file. */
export const superclaude: Scenario = {
  name: 'superclaude',
  scripts: ({ project }) => ({
    implement: [call('Read', { file_path: join(project, 'src/cart.ts') }), { text: 'Implemented.' }],
  }),
  async play({ claude, world }) {
    const prompt = '/sc:implement --persona-architect --think-hard --c7 --uc the cart script:implement';
    expectSuccess(await claude({ prompt }));
    writeWorldFile(
      join(world.project, '.claude/commands/sc/implement.md'),
      '---\ndescription: Implements a feature\n---\nImplement: $ARGUMENTS\n',
    );
    expectSuccess(await claude({ prompt, args: ['--effort', 'high'] }));
  },
};

/** The API refuses the request. */
export const apiFailure: Scenario = {
  name: 'api-failure',
  scripts: () => ({ broken: [{ error: { status: 400, type: 'invalid_request_error' } }] }),
  async play({ claude }) {
    expectExit(await claude({ prompt: 'Hello. script:broken' }), 1);
  },
};

/** A settings file changes under a running session. */
export const configChange: Scenario = {
  name: 'config-change',
  scripts: () => ({ wait: [call('Bash', { command: 'sleep 4' }), { text: 'Waited.' }] }),
  async play({ claude, world, server }) {
    const running = claude({ prompt: 'Wait. script:wait', args: ['--allowedTools', 'Bash'] });
    while (server.requests.length === 0) await delay(50);
    await delay(1500);
    const settings = JSON.stringify({ permissions: { deny: ['Bash(rm:*)'] } });
    writeWorldFile(join(world.project, '.claude/settings.local.json'), settings);
    expectSuccess(await running);
  },
};

/** Permission modes that refuse by themselves: `dontAsk`, and `auto` without its classifier. */
export const refusingModes: Scenario = {
  name: 'refusing-modes',
  scripts: () => ({ risky: [call('Bash', { command: 'curl http://127.0.0.1:9/' }), { text: 'Given up.' }] }),
  async play({ claude }) {
    expectSuccess(await claude({ prompt: 'Try. script:risky', args: ['--permission-mode', 'dontAsk'] }));
    // The client itself says on standard error that nothing was checked, and fails.
    expectExit(await claude({ prompt: 'Try. script:risky', args: ['--permission-mode', 'auto'] }), 1);
  },
};

/** `bypassPermissions`; as root it is refused unless IS_SANDBOX says where we are. */
export const bypass: Scenario = {
  name: 'bypass',
  scripts: () => ({ free: [call('Bash', { command: 'touch free && rm free' }), { text: 'Free.' }] }),
  async play({ claude }) {
    const args = ['--dangerously-skip-permissions'];
    expectSuccess(await claude({ prompt: 'Go. script:free', args, env: { IS_SANDBOX: '1' } }));
  },
};

/** An MCP server asks the user, and nobody is there. */
export const elicitation: Scenario = {
  name: 'elicitation',
  scripts: () => ({ ask: [call('mcp__notes__ask', { text: 'Which colour?' }), { text: 'Nobody knows.' }] }),
  async play({ claude }) {
    const args = ['--allowedTools', 'mcp__notes', '--mcp-config', JSON.stringify(mcpConfig())];
    expectSuccess(await claude({ prompt: 'Ask. script:ask', args }));
  },
};

/** The everyday tools and refusals, with nothing in it that a client of early 2026 does not know. */
export const everyday: Scenario = {
  name: 'everyday',
  prepare(world) {
    const settings = JSON.stringify({ permissions: { deny: ['Bash(rm:*)'] } });
    writeWorldFile(join(world.project, '.claude/settings.json'), settings);
  },
  scripts: ({ project }) => ({
    everyday: [
      call('Read', { file_path: join(project, 'src/app.ts') }),
      call('Edit', {
        file_path: join(project, 'src/app.ts'),
        old_string: 'port = 8080',
        new_string: 'port = 9090',
        replace_all: false,
      }),
      call('Write', { file_path: join(project, 'NOTES.md'), content: '# Notes\n' }),
      call('Grep', { pattern: 'export', path: project }),
      call('Glob', { pattern: 'src/*.ts' }),
      call('Bash', { command: 'echo built' }),
      call('Bash', { command: 'cat missing.txt' }),
      call('Bash', { command: 'curl http://127.0.0.1:9/' }),
      call('Bash', { command: 'rm -rf build' }),
      call('Teleport', { to: 'the moon' }),
      call('Read', { path: 7 }),
      call('Agent', {
        description: 'Read the cart',
        prompt: 'Read it. script:reader',
        subagent_type: 'Explore',
      }),
      { text: 'Done.' },
    ],
    reader: [call('Read', { file_path: join(project, 'src/cart.ts') }), { text: 'Read.' }],
  }),
  async play({ claude }) {
    const allowed = 'Agent,Edit,Glob,Grep,Read,Write,Bash(echo:*),Bash(cat:*)';
    expectSuccess(await claude({ prompt: 'Work. script:everyday', args: ['--allowedTools', allowed] }));
  },
};
