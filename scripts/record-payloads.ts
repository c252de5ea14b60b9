/**
 * Records what the hooks of the real Claude Code client receive, as fixtures: `node scripts/record-payloads.ts`.
 * See test/fixtures/payloads/README.md.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventsForClient } from '../src/event/hook-events.ts';
import {
  createWorld,
  playScenario,
  removeWorld,
  type Scenario,
  writeWorldFile,
} from '../test/helpers/scenario.ts';
import { installClient } from '../test/helpers/install-client.ts';
import { OLD_CLIENT_SCENARIOS, SCENARIOS } from '../test/helpers/scenarios.ts';
import { CLAUDE_BIN } from '../test/helpers/claude-client.ts';
import { processEnv } from '../src/platform/env.ts';
import { resolvePaths } from '../src/platform/paths.ts';
import * as z from 'zod';

const FIXTURES = join(import.meta.dirname, '../test/fixtures/payloads');

/** The version the dev dependencies pin, and the last one that an unknown event name breaks. */
const PINNED_VERSION = '2.1.330';
const OLD_VERSION = '2.1.100';

/**
 * Saves standard input and the environment; the name sorts by time. Children learn of their parent as from
 * `capture.sh`.
 */
const HOOK = `#!/bin/sh
name="$1/$(date +%s%N)-$$-$2"
cat > "$name.payload"
env -0 > "$name.env"
[ "$2" = SessionStart ] && [ -n "$CLAUDE_ENV_FILE" ] && cat >> "$CLAUDE_ENV_FILE" <<END
export ATEL_PARENT_SESSION=$CLAUDE_CODE_SESSION_ID
export ATEL_ROOT_SESSION=\${ATEL_ROOT_SESSION:-$CLAUDE_CODE_SESSION_ID}
END
exit 0
`;

/** What a hook may look at; the rest of the environment (keys, tokens) stays out of the fixtures. */
const ENV_NAMES = (
  'AI_AGENT CLAUDECODE CLAUDE_CODE_CHILD_SESSION CLAUDE_CODE_ENTRYPOINT CLAUDE_CODE_SESSION_ID CLAUDE_EFFORT ' +
  'CLAUDE_ENV_FILE CLAUDE_PID CLAUDE_PROJECT_DIR TRACEPARENT ATEL_PARENT_SESSION ATEL_ROOT_SESSION'
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

async function record(scenario: Scenario, version: string, bin: string): Promise<Recorded[]> {
  const world = createWorld();
  try {
    const target = join(world.root, 'recorded');
    const hook = join(world.root, 'hook.sh');
    mkdirSync(target);
    writeFileSync(hook, HOOK, { mode: 0o755 });
    scenario.prepare?.(world);
    const settings = recordingSettings(version, hook, target);
    writeWorldFile(join(world.home, '.claude/settings.json'), JSON.stringify(settings));
    const requests = await playScenario(scenario, world, { bin });
    process.stderr.write(
      `${scenario.name}: ${requests.length} requests, tools: ${requests[0]?.tools.join(' ')}\n`,
    );
    return readRecorded(target, scenario.name, world.root);
  } finally {
    await removeWorld(world);
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

async function recordVersion(version: string, scenarios: readonly Scenario[], bin: string): Promise<void> {
  const scrubIds = createIdScrubber();
  const directory = join(FIXTURES, version);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  let count = 0;
  for (const scenario of scenarios) {
    for (const fixture of await record(scenario, version, bin)) {
      const tool = fixture.payload['tool_name'];
      const suffix = typeof tool === 'string' ? `-${tool}` : '';
      const name = `${pad(++count, 3)}-${fixture.event}${suffix}.json`;
      writeFileSync(join(directory, name), `${scrubIds(JSON.stringify(fixture, null, 2))}\n`);
    }
  }
  process.stderr.write(`${count} payloads in ${directory}\n`);
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);
const clients = join(resolvePaths(processEnv()).cacheDir, 'clients');
await recordVersion(PINNED_VERSION, SCENARIOS, CLAUDE_BIN);
await recordVersion(OLD_VERSION, OLD_CLIENT_SCENARIOS, await installClient(OLD_VERSION, clients, note));
