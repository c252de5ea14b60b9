/**
 * Records what the hooks of the real Claude Code client receive, as fixtures: `node scripts/record-payloads.ts`.
 * See test/fixtures/payloads/README.md.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsForClient } from '../src/event/hook-events.ts';
import { playScenario, createWorld, type Scenario } from '../test/helpers/scenario.ts';
import { everything } from '../test/helpers/scenario-everything.ts';
import * as z from 'zod';

const FIXTURES = join(import.meta.dirname, '../test/fixtures/payloads');
const SCENARIOS: readonly Scenario[] = [everything];

/** Saves standard input and the environment; the name sorts by time. */
const HOOK = `#!/bin/sh
name="$1/$(date +%s%N)-$$-$2"
cat > "$name.payload"
env -0 > "$name.env"
`;

/** What a hook may look at; the rest of the environment (keys, tokens) stays out of the fixtures. */
const ENV_NAMES = (
  'AI_AGENT CLAUDECODE CLAUDE_CODE_CHILD_SESSION CLAUDE_CODE_ENTRYPOINT CLAUDE_CODE_SESSION_ID CLAUDE_EFFORT ' +
  'CLAUDE_ENV_FILE CLAUDE_PID CLAUDE_PROJECT_DIR TRACEPARENT'
).split(' ');

/** A record and no object, so that the fields keep their order. */
const payloadSchema = z.record(z.string(), z.unknown());

interface Recorded {
  readonly event: string;
  readonly scenario: string;
  readonly env: Readonly<Record<string, string>>;
  readonly payload: z.output<typeof payloadSchema>;
}

/** Settings that put the recording hook on every event the client knows. */
function recordingSettings(version: string, hook: string, target: string): object {
  const entries = eventsForClient(version).map(({ name }) => {
    const command = { type: 'command', command: `'${hook}' '${target}' ${name}`, timeout: 10 };
    return [
      name,
      [name === 'FileChanged' ? { matcher: 'NOTES.md', hooks: [command] } : { hooks: [command] }],
    ];
  });
  return { hooks: Object.fromEntries(entries) };
}

async function record(scenario: Scenario, version: string, bin?: string): Promise<Recorded[]> {
  const world = createWorld();
  try {
    const target = join(world.root, 'recorded');
    const hook = join(world.root, 'hook.sh');
    mkdirSync(target);
    writeFileSync(hook, HOOK, { mode: 0o755 });
    scenario.prepare?.(world);
    const requests = await playScenario(scenario, world, {
      settings: recordingSettings(version, hook, target),
      ...(bin && { bin }),
    });
    process.stderr.write(
      `${scenario.name}: ${requests.length} requests, tools: ${requests[0]?.tools.join(' ')}\n`,
    );
    return readRecorded(target, scenario.name, world.root);
  } finally {
    world.remove();
  }
}

function readRecorded(target: string, scenario: string, root: string): Recorded[] {
  const names = readdirSync(target).filter((name) => name.endsWith('.payload'));
  return names.toSorted().map((name) => {
    const text = readFileSync(join(target, name), 'utf8');
    const env = readFileSync(join(target, name.replace(/payload$/, 'env')), 'utf8')
      .split('\0')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
      .filter(([key]) => ENV_NAMES.includes(key))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const payload = payloadSchema.parse(JSON.parse(scrubPaths(text, root)));
    return {
      event: String(payload['hook_event_name']),
      scenario,
      env: Object.fromEntries(env.map(([key, value]) => [key, scrubPaths(value, root)])),
      payload,
    };
  });
}

/** The world's root vanishes, so that `/tmp/atel-x/home/dev` reads `/home/dev`; also in Claude's directory names. */
function scrubPaths(text: string, root: string): string {
  return text
    .replaceAll(root, '')
    .replaceAll(root.replaceAll(/[^A-Za-z0-9]/g, '-'), '')
    .replaceAll(join(import.meta.dirname, '..'), '/opt/agent-telemetry');
}

const IDS: readonly (readonly [RegExp, (n: number) => string])[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (n) => `00000000-0000-4000-8000-${pad(n, 12)}`],
  [/\btoolu_[0-9a-f]{24}\b/g, (n) => `toolu_${pad(n, 24)}`],
  [/\bmsg_[0-9a-f]{24}\b/g, (n) => `msg_${pad(n, 24)}`],
  [/\ba[0-9a-f]{16}\b/g, (n) => `a${pad(n, 16)}`],
  [/(?<="CLAUDE_PID": ")\d+/g, (n) => String(4000 + n)],
];

function pad(n: number, width: number): string {
  return String(n).padStart(width, '0');
}

/** Replaces each random id by a number in the order of appearance, the same one everywhere. */
function createIdScrubber(): (text: string) => string {
  const seen = new Map<string, string>();
  let count = 0;
  return (text) =>
    IDS.reduce(
      (result, [pattern, format]) =>
        result.replaceAll(pattern, (id) => {
          const known = seen.get(id) ?? format(++count);
          seen.set(id, known);
          return known;
        }),
      text,
    );
}

const version = '2.1.330';
const scrubIds = createIdScrubber();
const all: Recorded[] = [];
for (const scenario of SCENARIOS) all.push(...(await record(scenario, version)));
const directory = join(FIXTURES, version);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const [i, fixture] of all.entries()) {
  const tool = typeof fixture.payload['tool_name'] === 'string' ? `-${fixture.payload['tool_name']}` : '';
  const name = `${String(i + 1).padStart(3, '0')}-${fixture.event}${tool}.json`;
  writeFileSync(join(directory, name), `${scrubIds(JSON.stringify(fixture, null, 2))}\n`);
}
process.stderr.write(`${all.length} payloads in ${directory}\n`);
