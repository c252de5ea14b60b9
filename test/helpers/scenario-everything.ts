/**
 * One session that uses about everything a headless client offers: each kind of tool, each way a call can fail to run,
 * subagents in the foreground and in the background.
 */
import { join } from 'node:path';
import type { Turn } from './model-server.ts';
import { call, expectSuccess, type Scenario, type World, writeWorldFile } from './scenario.ts';

/** The client's own choice, and behind it the tools it offers only when asked for by name. */
const TOOLS =
  'Agent,Bash,Edit,NotebookEdit,Read,Skill,TaskStop,WebFetch,Write,' +
  'Glob,Grep,TaskCreate,TaskGet,TaskList,TaskUpdate';

/** `Bash` is allowed by prefix only, so that other commands want a permission nobody gives. */
const ALLOWED =
  'Agent,Edit,Glob,Grep,NotebookEdit,Read,Skill,WebFetch,Write,TaskCreate,TaskGet,TaskList,TaskStop,TaskUpdate,' +
  'mcp__notes,Bash(echo:*),Bash(cat:*),Bash(cd:*),Bash(sleep:*),Bash(sh:*)';

export const everything: Scenario = {
  name: 'everything',
  prepare(world) {
    const { project } = world;
    writeWorldFile(join(project, 'CLAUDE.md'), '# Shop\n\nKeep it small.\n');
    writeWorldFile(
      join(project, '.claude/settings.json'),
      JSON.stringify({ permissions: { deny: ['Bash(rm:*)'] }, skipWebFetchPreflight: true }, null, 2),
    );
    writeWorldFile(
      join(project, '.claude/skills/greet/SKILL.md'),
      '---\nname: greet\ndescription: Greets\n---\nGreet kindly.\n',
    );
    writeWorldFile(join(project, 'analysis.ipynb'), JSON.stringify(NOTEBOOK));
  },
  scripts: (world) => ({
    everything: mainTurns(world),
    reader: readerTurns(world),
    helper: helperTurns(world),
  }),
  async play({ claude }) {
    expectSuccess(
      await claude({
        prompt: 'Look after the shop. script:everything',
        args: ['--tools', TOOLS, '--allowedTools', ALLOWED, '--mcp-config', JSON.stringify(mcpConfig())],
        env: { ENABLE_TOOL_SEARCH: '0' },
      }),
    );
  },
};

/** For `--mcp-config`: our own stdio server, run by this Node. */
export function mcpConfig(): object {
  const script = join(import.meta.dirname, 'mcp-server.ts');
  return { mcpServers: { notes: { command: process.execPath, args: [script] } } };
}

const NOTEBOOK = {
  cells: [
    { cell_type: 'code', id: 'first', metadata: {}, source: ['1 + 1\n'], outputs: [], execution_count: null },
  ],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};

function mainTurns({ project, outside, home }: World) {
  const app = join(project, 'src/app.ts');
  return [
    { ...call('Read', { file_path: app }), text: 'I read first.' },
    call('Edit', { file_path: app, old_string: 'port = 8080', new_string: 'port = 9090' }),
    call('Write', { file_path: join(project, 'NOTES.md'), content: '# Notes\n\nThe port is 9090.\n' }),
    call('Bash', { command: 'echo built', description: 'Build' }),
    call('Bash', { command: 'cat src/missing.ts; sh -c "exit 3"', description: 'Fail' }),
    {
      calls: [
        { tool: 'Grep', input: { pattern: 'export', path: project, output_mode: 'content' } },
        { tool: 'Glob', input: { pattern: 'src/**/*.ts' } },
        { tool: 'Read', input: { file_path: join(project, 'README.md'), limit: 1 } },
      ],
    },
    call('mcp__notes__echo', { text: 'remember the milk' }),
    call('mcp__notes__fail', { text: 'no paper' }),
    call('Bash', { command: 'curl http://127.0.0.1:9/', description: 'Nobody allows this' }),
    call('Bash', { command: 'rm -rf build', description: 'A rule denies this' }),
    call('Teleport', { to: 'the moon' }),
    call('Read', { path: 7 }),
    {
      calls: [
        { tool: 'Bash', input: { command: 'echo one of three' } },
        { tool: 'Bash', input: { command: 'rm one' } },
        { tool: 'Edit', input: { file_path: app, old_string: 'nowhere to be found', new_string: 'x' } },
      ],
    },
    call('Agent', {
      description: 'Read the cart',
      prompt: 'Read the cart. script:reader',
      subagent_type: 'Explore',
      run_in_background: false,
    }),
    call('Read', { file_path: join(outside, 'plan.md') }),
    call('Read', { file_path: join(home, '.ssh/id_ed25519') }),
    call('Bash', { command: `cat ${join(home, '.ssh/id_ed25519')}`, description: 'Peek' }),
    call('WebFetch', { url: 'http://127.0.0.1:9/page', prompt: 'What is there?' }),
    call('TaskCreate', { subject: 'Paint the door', description: 'Blue', activeForm: 'Painting' }),
    call('TaskUpdate', { taskId: '1', status: 'completed' }),
    call('TaskList', {}),
    call('Read', { file_path: join(project, 'analysis.ipynb') }),
    call('NotebookEdit', {
      notebook_path: join(project, 'analysis.ipynb'),
      cell_id: 'first',
      new_source: '2 + 2\n',
    }),
    call('Skill', { skill: 'greet' }),
    call('Bash', { command: 'cd src && echo here' }),
    call('Bash', { command: 'sleep 30', run_in_background: true, description: 'Wait' }),
    (results: readonly string[]) =>
      call('TaskStop', { task_id: /ID: (\w+)/.exec(results.at(-1) ?? '')?.[1] ?? 'unknown' }),
    call('Agent', {
      description: 'Help along',
      prompt: 'Help along. script:helper',
      subagent_type: 'general-purpose',
      run_in_background: true,
    }),
    { text: 'All done.' },
  ];
}

function readerTurns({ project }: World): Turn[] {
  return [call('Read', { file_path: join(project, 'src/cart.ts') }), { text: 'The cart counts prices.' }];
}

function helperTurns({ project }: World): Turn[] {
  return [
    call('Write', { file_path: join(project, 'HELP.md'), content: '# Help\n' }),
    call('Bash', { command: 'echo helped' }),
    { text: 'Helped.' },
  ];
}
