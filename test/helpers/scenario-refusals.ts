/** Every way a call can be refused before it runs, tool by tool, for the model-facing texts in PostToolBatch. */
import { join } from 'node:path';
import { mcpConfig } from './scenario-everything.ts';
import { call, expectSuccess, type Scenario, writeWorldFile } from './scenario.ts';

const DENY = (
  'Bash(rm:*) Read(./vault/**) Edit(./vault/**) mcp__notes__fail WebFetch(domain:example.com) Agent(Plan) ' +
  'NotebookEdit Skill(greet)'
).split(' ');

const BLOCKING_HOOK = {
  hooks: [{ type: 'command', command: 'grep -q blocked && { echo "not on my watch" >&2; exit 2; }; exit 0' }],
};

/** Nothing is allowed here, some things are denied by rule, and one command is blocked by a hook of the project. */
export const refusals: Scenario = {
  name: 'refusals',
  prepare({ project }) {
    const settings = {
      permissions: { deny: DENY },
      hooks: { PreToolUse: [{ matcher: 'Bash', ...BLOCKING_HOOK }] },
    };
    writeWorldFile(join(project, '.claude/settings.json'), JSON.stringify(settings, null, 2));
    writeWorldFile(join(project, 'vault/key.txt'), 'not a real key\n');
    writeWorldFile(
      join(project, '.claude/skills/greet/SKILL.md'),
      '---\nname: greet\ndescription: Greets\n---\nGreet kindly.\n',
    );
  },
  scripts: ({ project, outside }) => ({
    missing: [
      call('Write', { file_path: join(project, 'new.txt'), content: 'new' }),
      call('Read', { file_path: join(project, 'src/app.ts') }),
      call('Edit', { file_path: join(project, 'src/app.ts'), old_string: 'hello', new_string: 'bye' }),
      call('Write', { file_path: join(project, '.claude/settings.json'), content: '{}' }),
      call('Read', { file_path: join(outside, 'plan.md') }),
      call('Grep', { pattern: 'Plan', path: outside }),
      call('Bash', { command: 'touch new' }),
      call('Bash', { command: 'echo new > new.txt' }),
      call('Bash', { command: 'echo one && touch two' }),
      call('Bash', { command: `ls ${outside}` }),
      call('mcp__notes__echo', { text: 'hello' }),
      call('WebFetch', { url: 'http://127.0.0.1:9/', prompt: 'What?' }),
      { text: 'Nothing worked.' },
    ],
    denied: [
      call('Bash', { command: 'rm -rf build' }),
      call('Bash', { command: 'echo one && rm two' }),
      call('Read', { file_path: join(project, 'vault/key.txt') }),
      call('Write', { file_path: join(project, 'vault/new.txt'), content: 'x' }),
      call('Bash', { command: 'cat vault/key.txt' }),
      call('mcp__notes__fail', { text: 'x' }),
      call('WebFetch', { url: 'https://example.com/', prompt: 'What?' }),
      call('Agent', { description: 'Plan', prompt: 'Plan.', subagent_type: 'Plan' }),
      call('NotebookEdit', { notebook_path: join(project, 'a.ipynb'), new_source: 'x' }),
      call('Skill', { skill: 'greet' }),
      call('Bash', { command: 'echo blocked' }),
      { text: 'Nothing worked.' },
    ],
    invalid: [
      call('Bash'),
      call('Bash', { command: 7 }),
      call('Write', { file_path: join(project, 'src/app.ts'), content: 'unread' }),
      call('Read', { file_path: join(project, 'gone.txt') }),
      call('Read', { file_path: join(project, 'src') }),
      call('Glob', { pattern: '*', path: join(project, 'gone') }),
      call('Grep', { pattern: '(', path: project }),
      call('Bash', { command: 'sleep 9', timeout: 300 }),
      call('Agent', { description: 'Nobody', prompt: 'Nobody.', subagent_type: 'nobody' }),
      call('Skill', { skill: 'nothing' }),
      call('TaskStop', { task_id: 'nothing' }),
      call('mcp__notes__echo', { words: 'wrong' }),
      call('mcp__nobody__echo', { text: 'x' }),
      { text: 'Nothing worked.' },
    ],
  }),
  async play({ claude }) {
    const tools = 'Agent,Bash,Edit,Glob,Grep,NotebookEdit,Read,Skill,TaskStop,WebFetch,Write';
    const args = ['--tools', tools, '--mcp-config', JSON.stringify(mcpConfig())];
    const env = { ENABLE_TOOL_SEARCH: '0' };
    expectSuccess(await claude({ prompt: 'Try. script:missing', args, env }));
    expectSuccess(await claude({ prompt: 'Try. script:denied', args, env }));
    const allowed = ['--allowedTools', 'Bash,Write,Agent,Skill,mcp__notes'];
    expectSuccess(await claude({ prompt: 'Try. script:invalid', args: [...args, ...allowed], env }));
  },
};
