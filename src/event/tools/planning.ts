/** Tools that plan, ask, schedule or move the session itself. */
import * as z from 'zod';
import { anything, count, flag, shape, text, texts } from '../shape.ts';
import { compact } from '../compact.ts';
import { defineTool, type Tool, use } from './tool.ts';

const task = shape({
  taskId: ['plain', text],
  subject: ['content', text],
  description: ['content', text],
  activeForm: ['content', text],
  status: ['plain', text],
  owner: ['plain', text],
  addBlocks: ['plain', texts],
  addBlockedBy: ['plain', texts],
  metadata: ['content', anything],
});

const taskResult = shape({
  success: ['plain', flag],
  taskId: ['plain', text],
  updatedFields: ['plain', texts],
  task: ['content', anything],
  tasks: ['content', anything],
  statusChange: [{ from: 'plain', to: 'plain' }, anything],
});

const cron = shape({
  id: ['plain', text],
  cron: ['plain', text],
  prompt: ['content', text],
  recurring: ['plain', flag],
  durable: ['plain', flag],
  delaySeconds: ['plain', count],
  reason: ['content', text],
  stop: ['plain', flag],
});

const scheduled = shape({
  id: ['plain', text],
  humanSchedule: ['plain', text],
  recurring: ['plain', flag],
  durable: ['plain', flag],
  nextFireAt: ['plain', anything],
  maxAgeMs: ['plain', count],
  jobs: ['content', anything],
  scheduledFor: ['plain', anything],
  clampedDelaySeconds: ['plain', count],
  wasClamped: ['plain', flag],
  stopped: ['plain', flag],
  cancelledWakeups: ['plain', anything],
});

export const PLANNING_TOOLS: readonly Tool[] = [
  defineTool({
    names: ['TodoWrite'],
    kind: 'planning',
    input: shape({ todos: ['content', z.array(anything)] }),
    response: shape({ oldTodos: ['content', anything], newTodos: ['content', anything] }),
    details: (input) => compact({ todos: input.todos?.length }),
  }),
  ...['TaskCreate', 'TaskUpdate', 'TaskGet', 'TaskList'].map((name) =>
    defineTool({
      names: [name],
      kind: 'planning',
      input: task,
      response: taskResult,
      details: (input) => compact({ task_id: input.taskId, task_status: input.status }),
    }),
  ),
  defineTool({
    names: ['EnterPlanMode', 'ExitPlanMode'],
    kind: 'planning',
    input: shape({
      plan: ['content', text],
      planFilePath: ['path', text],
      allowedPrompts: ['content', anything],
    }),
    response: shape({
      plan: ['content', text],
      filePath: ['path', text],
      isAgent: ['plain', flag],
      message: ['content', text],
    }),
  }),
  defineTool({
    names: ['AskUserQuestion'],
    kind: 'interaction',
    input: shape({ questions: ['content', z.array(anything)], answers: ['content', anything] }),
    response: shape({ questions: ['content', anything], answers: ['content', anything] }),
    details: (input) => compact({ questions: input.questions?.length }),
  }),
  defineTool({
    names: ['EnterWorktree', 'ExitWorktree'],
    kind: 'session',
    input: shape({
      name: ['plain', text],
      path: ['path', text],
      action: ['plain', text],
      discard_changes: ['plain', flag],
    }),
    response: shape({
      worktreePath: ['path', text],
      worktreeBranch: ['plain', text],
      action: ['plain', text],
      originalCwd: ['path', text],
      restoredCwd: ['path', text],
      originalCwdMissing: ['plain', flag],
      message: ['content', text],
    }),
    uses: (input) => [use(input.path, 'enter')],
    details: (input, response) =>
      compact({ action: input.action, worktree: response.worktreePath ?? input.name }),
  }),
  ...['CronCreate', 'CronDelete', 'CronList', 'ScheduleWakeup'].map((name) =>
    defineTool({
      names: [name],
      kind: 'schedule',
      input: cron,
      response: scheduled,
      details: (input) =>
        compact({ schedule: input.cron, schedule_id: input.id, delay_s: input.delaySeconds }),
    }),
  ),
  defineTool({
    names: [
      'PushNotification',
      'SendUserFile',
      'ReportFindings',
      'ShareOnboardingGuide',
      'Artifact',
      'Projects',
    ],
    kind: 'interaction',
    input: shape({
      message: ['content', text],
      title: ['content', text],
      file_path: ['path', text],
      filePath: ['path', text],
      files: ['content', anything],
      status: ['plain', text],
      findings: ['content', anything],
    }),
    response: shape({ count: ['plain', count], findings: ['content', anything], message: ['content', text] }),
    uses: (input) => [use(input.file_path ?? input.filePath, 'read')],
    details: (input) => compact({ file_path: input.file_path ?? input.filePath }),
  }),
];
