/** More than one directory or client: worktrees, nested clients, many at once, native tracing. */
import { join } from 'node:path';
import { CLAUDE_BIN } from './claude-client.ts';
import {
  call,
  expectSuccess,
  initRepository,
  type Scenario,
  type Stage,
  writeWorldFile,
} from './scenario.ts';

/** A session started with `--worktree`. */
export const worktree: Scenario = {
  name: 'worktree',
  scripts: () => ({ aside: [call('Bash', { command: 'pwd' }), { text: 'Aside.' }] }),
  async play({ claude }) {
    const args = ['--worktree', 'aside', '--allowedTools', 'Bash'];
    expectSuccess(await claude({ prompt: 'Where? script:aside', args }));
  },
};

/** A session started in a subdirectory of the project. */
export const subdirectory: Scenario = {
  name: 'subdirectory',
  scripts: () => ({ here: [call('Bash', { command: 'pwd' }), { text: 'Here.' }] }),
  async play({ claude, world }) {
    const cwd = join(world.project, 'src');
    expectSuccess(await claude({ prompt: 'Where? script:here', args: ['--allowedTools', 'Bash'], cwd }));
  },
};

function nestedCommand(directory: string): string {
  return `cd ${directory} && ${CLAUDE_BIN} -p "Inner work. script:inner" --allowedTools Bash < /dev/null`;
}

const nestedScripts: Scenario['scripts'] = ({ outside }) => ({
  outer: [call('Bash', { command: nestedCommand(outside) }), { text: 'Outer.' }],
  inner: [call('Bash', { command: 'echo inner' }), { text: 'Inner.' }],
});

async function playNested({ claude }: Stage, env: Readonly<Record<string, string>>): Promise<void> {
  expectSuccess(await claude({ prompt: 'Outer work. script:outer', args: ['--allowedTools', 'Bash'], env }));
}

/** A client that starts another one from Bash, in a directory outside the project. */
export const nested: Scenario = {
  name: 'nested',
  scripts: nestedScripts,
  play: (stage) => playNested(stage, {}),
};

/** The same with the client's own tracing on, sent to the model server: hooks and Bash see TRACEPARENT. */
export const traced: Scenario = {
  name: 'traced',
  scripts: nestedScripts,
  play: (stage) =>
    playNested(stage, {
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      CLAUDE_CODE_ENHANCED_TELEMETRY_BETA: '1',
      CLAUDE_CODE_PROPAGATE_TRACEPARENT: '1',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: stage.server.url,
    }),
};

/** The projects of `fleet` below the world's HOME, and how many clients work in each. */
export const FLEET: Readonly<Record<string, number>> = { shop: 2, blog: 2, api: 1 };

/** Five clients at once in three projects. */
export const fleet: Scenario = {
  name: 'fleet',
  prepare(world) {
    for (const name of Object.keys(FLEET)) {
      writeWorldFile(join(world.home, name, 'README.md'), `# ${name}\n`);
      initRepository(join(world.home, name));
    }
  },
  scripts: () => ({
    work: [
      call('Read', { file_path: 'README.md' }),
      call('Bash', { command: 'echo worked > worked.txt' }),
      { text: 'Worked.' },
    ],
  }),
  async play({ claude, world }) {
    const directories = Object.entries(FLEET).flatMap(([name, count]) =>
      Array<string>(count).fill(join(world.home, name)),
    );
    const args = ['--allowedTools', 'Read,Bash'];
    const runs = directories.map((cwd) => claude({ prompt: 'Work. script:work', args, cwd }));
    for (const result of await Promise.all(runs)) expectSuccess(result);
  },
};
