/**
 * Process entry: invokes the installed hook again and again, as the client does, and kills some of the hooks.
 * Argument: a `WriterTask` as JSON. Prints `returned <id>` when a hook ended with 0, `killed <id>` when it was killed,
 * and `failed <id> <why>` for everything that must not be.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { loadPayloads } from './payloads.ts';
import { createRandom } from './random.ts';

const taskSchema = z.strictObject({
  hook: z.string(),
  project: z.string(),
  /** Ids begin with it: no other writer has it. */
  name: z.string(),
  events: z.int(),
  seed: z.int(),
});
export type WriterTask = z.output<typeof taskSchema>;

/** Of all hooks. */
const KILLED_SHARE = 0.05;
/** A hook takes some 3 ms, more on a busy machine. */
const KILLED_WITHIN_MILLIS = 8;
/** One event in so many is as large. */
const LARGE_EVERY = 400;
const LARGE_BYTES = 200_000;
/** One event in so many begins or ends something, which is when hooks look after the forwarder. */
const TURN_EVERY = 20;
const TURNS = ['UserPromptSubmit', 'Stop'];

const { hook, project, name, events, seed } = taskSchema.parse(JSON.parse(process.argv[2] ?? ''));
const random = createRandom(seed);
const calls = loadPayloads('2.1.330', 'everything').filter(({ payload }) => 'tool_use_id' in payload);

for (let index = 0; index < events; index++) await invoke(`${name}-${index}`, index);

/** The id is the call's, or where there is no call the session's. */
function eventFor(id: string, index: number): { readonly event: string; readonly payload: object } {
  if (index % TURN_EVERY === 0) {
    const event = TURNS[Math.floor(random() * TURNS.length)] ?? 'Stop';
    return { event, payload: { session_id: id, cwd: project, hook_event_name: event, prompt: 'go on' } };
  }
  const recorded = calls[Math.floor(random() * calls.length)];
  if (!recorded) throw new Error('there are no recorded calls');
  const large = Math.floor(random() * LARGE_EVERY) === 0;
  const more = large ? { filler: 'x'.repeat(LARGE_BYTES) } : {};
  const payload = { ...recorded.payload, session_id: name, cwd: project, tool_use_id: id, ...more };
  return { event: recorded.event, payload };
}

async function invoke(id: string, index: number): Promise<void> {
  const { event, payload } = eventFor(id, index);
  const session = 'session_id' in payload ? String(payload.session_id) : '';
  const child = spawn(hook, [event, 'settings-project'], {
    cwd: project,
    detached: true,
    env: { PATH: '/usr/bin:/bin', CLAUDE_PROJECT_DIR: project, CLAUDE_CODE_SESSION_ID: session },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // A hook that is killed does not read on.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(payload));
  const ended = new Promise<string | number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
  if (random() < KILLED_SHARE) await killSoon(child.pid ?? 0);
  const end = await ended;
  const result = end === 0 ? 'returned' : end === 'SIGKILL' ? 'killed' : `failed ended with ${end}`;
  process.stdout.write(`${said === '' ? result : `failed said ${JSON.stringify(said)}`} ${id}\n`);
}

/** The hook alone, or with all it has started. */
async function killSoon(pid: number): Promise<void> {
  await sleep(random() * KILLED_WITHIN_MILLIS);
  try {
    process.kill(random() < 0.5 ? pid : -pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
