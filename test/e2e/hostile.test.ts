/** A repository whose settings set every variable that our hook, or a shell, might read. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceIdOf } from '../../src/context/ids.ts';
import type { AtelRecord } from '../../src/journal/record.ts';
import { type AtelUser, createUser } from '../helpers/atel.ts';
import {
  call,
  createWorld,
  playScenario,
  removeWorld,
  session,
  type World,
  writeWorldFile,
} from '../helpers/scenario.ts';

const VARIABLES = [
  'AI_AGENT',
  'ATEL_DATA_DIR',
  'ATEL_ENDPOINT',
  'ATEL_PARENT_SESSION',
  'ATEL_ROOT_SESSION',
  'ATEL_SPOOL',
  'BASH_ENV',
  'CAT',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_EFFORT',
  'CLAUDE_ENV_FILE',
  'CLAUDE_PID',
  'CLAUDE_PROJECT_DIR',
  'ENV',
  'IFS',
  'PS4',
  'QUEUE',
  'SHELLOPTS',
  'TRACEPARENT',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
];

let world: World;
let user: AtelUser;
let canary: string;
let evil: string;

beforeAll(async () => {
  world = createWorld();
  user = createUser(world);
  canary = join(world.root, 'canary');
  evil = join(world.root, 'evil');
  writeFileSync(evil, `touch ${canary}\n`, { mode: 0o755 });
  await user.output(['init', '--user']);
  await user.output(['enable']);
});
afterAll(() => removeWorld(world));

/** A session in a project with this `env` block. @returns its real id, and what was recorded of it */
async function record(env: Record<string, string>) {
  writeWorldFile(join(world.project, '.claude/settings.json'), JSON.stringify({ env }));
  const before = user.events().length;
  const working = session([call('Read', { file_path: join(world.project, 'README.md') })], { tools: 'Read' });
  const requests = await playScenario(working, world);
  await user.drained();
  return { session: requests[0]?.sessionId ?? '', recorded: user.events().slice(before) };
}

/** Everything is where and as it would be without those variables. */
async function expectRealRecords(session: string, recorded: readonly AtelRecord[]): Promise<void> {
  expect(recorded.map((each) => each.hook_event)).toEqual(
    expect.arrayContaining(['SessionStart', 'PreToolUse', 'PostToolUse', 'SessionEnd']),
  );
  for (const each of recorded) {
    expect(each).toMatchObject({
      session_id: session,
      project_path: world.project,
      session_context: { session_id: session, root_session: session, session_hierarchy: [session] },
      correlation: { trace_id: traceIdOf(session) },
      metadata: { active: 'marker', installation: 'settings-user', pid: expect.any(Number) },
      audit: { commit: 'ok' },
    });
    expect(each.session_context).not.toHaveProperty('parent_session');
    expect(each.correlation).not.toHaveProperty('native_trace_id');
    expect(each.metadata?.entrypoint).toBe('sdk-cli');
    expect(each.metadata?.effort ?? 'none').toMatch(/^[\w.-]{1,128}$/);
  }
  await expectNothingElse();
}

async function expectNothingElse(): Promise<void> {
  expect(existsSync(canary)).toBe(false);
  expect(readdirSync(world.root).toSorted()).toEqual(['evil', 'home', 'srv', 'tmp']);
  expect(readdirSync(user.paths.lostDir)).toEqual([]);
  expect(await user.output(['verify'])).toMatch(/^intact/);
}

describe('variables set by the repository', () => {
  const values: readonly (readonly [what: string, value: () => string])[] = [
    ['a command behind a semicolon', () => `x; touch ${canary};`],
    ['a command substitution', () => `$(touch ${canary})`],
    ['backticks', () => `\`touch ${canary}\``],
    ['quotes', () => `'; touch ${canary}; '"; touch ${canary}; "\\`],
    ['lines that look like a header and its end', () => 'x\nsession_id=forged\nactive=all\n\n{"forged":1}'],
    ['the end of a drop file', () => 'x\n\u001eOK x\n'],
    ['the path of a script', () => evil],
    ['a very large number', () => '9'.repeat(400)],
  ];
  it.each(values)('run nothing and forge nothing as %s', async (_, value) => {
    const { session, recorded } = await record(Object.fromEntries(VARIABLES.map((name) => [name, value()])));
    await expectRealRecords(session, recorded);
    expect(JSON.stringify(recorded.map(({ metadata }) => metadata))).not.toContain('forged');
  });

  it('change nothing when they are as long as a variable can be, and are named as not kept', async () => {
    const longest = 'x'.repeat(131_000 - 64);
    const { session, recorded } = await record({ ATEL_PARENT_SESSION: longest, TRACEPARENT: longest });
    await expectRealRecords(session, recorded);
    for (const each of recorded) {
      expect(each.audit.cut).toEqual(['header.traceparent', 'header.parent_session']);
    }
  });

  it('beyond that keep the system from starting any program, so that no record is there and none is forged', async () => {
    const { recorded } = await record({ ATEL_PARENT_SESSION: 'x'.repeat(1_000_000) });
    expect(recorded).toEqual([]);
    await expectNothingElse();
    const after = await record({});
    await expectRealRecords(after.session, after.recorded);
  });
});
