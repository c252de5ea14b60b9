/** Tools that run commands, and those that look at or end what still runs. */
import { anything, count, flag, shape, text } from '../shape.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool } from './tool.ts';

const command = {
  command: ['text', text],
  timeout: ['plain', count],
  description: ['content', text],
  run_in_background: ['plain', flag],
  dangerouslyDisableSandbox: ['plain', flag],
} as const;

const ran = shape({
  stdout: ['content', text],
  stderr: ['content', text],
  interrupted: ['plain', flag],
  isImage: ['plain', flag],
  noOutputExpected: ['plain', flag],
  backgroundTaskId: ['plain', text],
  timedOutAfterMs: ['plain', count],
  returnCodeInterpretation: ['plain', text],
  persistedOutputPath: ['path', text],
  persistedOutputSize: ['plain', count],
  gitOperation: ['content', anything],
  bashEditDiff: ['content', anything],
});

const shell = (name: string): Tool =>
  defineTool({
    names: [name],
    eventType: 'command_execution',
    kind: 'shell',
    input: shape(command),
    response: ran,
    details: (input, response) =>
      compact({
        command: input.command,
        background: input.run_in_background,
        sandbox_disabled: input.dangerouslyDisableSandbox,
        output_bytes: response.stdout === undefined ? undefined : Buffer.byteLength(response.stdout),
        interrupted: response.interrupted,
        background_task_id: response.backgroundTaskId,
      }),
  });

const task = shape({
  task_id: ['plain', text],
  shell_id: ['plain', text],
  bash_id: ['plain', text],
  block: ['plain', flag],
  timeout: ['plain', count],
  filter: ['text', text],
});

export const SHELL_TOOLS: readonly Tool[] = [
  shell('Bash'),
  shell('PowerShell'),
  defineTool({
    names: ['Monitor'],
    eventType: 'command_execution',
    kind: 'shell',
    input: shape({
      command: ['text', text],
      ws: ['text', anything],
      description: ['content', text],
      timeout_ms: ['plain', count],
      persistent: ['plain', flag],
    }),
    response: shape({ taskId: ['plain', text], timeoutMs: ['plain', count], persistent: ['plain', flag] }),
    details: (input, response) => compact({ command: input.command, background_task_id: response.taskId }),
  }),
  defineTool({
    names: ['REPL'],
    eventType: 'command_execution',
    kind: 'shell',
    input: shape({ code: ['content', text], language: ['plain', text], description: ['content', text] }),
  }),
  defineTool({
    names: ['TaskOutput', 'BashOutput', 'AgentOutputTool'],
    kind: 'shell',
    input: task,
    details: (input) => compact({ background_task_id: input.task_id ?? input.bash_id ?? input.shell_id }),
  }),
  defineTool({
    names: ['TaskStop', 'KillShell', 'KillBash'],
    kind: 'shell',
    input: task,
    response: shape({
      message: ['content', text],
      task_id: ['plain', text],
      task_type: ['plain', text],
      command: ['text', text],
    }),
    details: (input) => compact({ background_task_id: input.task_id ?? input.shell_id }),
  }),
];
