/** Secrets planted where an agent leaves them, and the scenario in which the real client comes across all of them. */
import { join } from 'node:path';
import { mcpConfig } from '../helpers/scenario-everything.ts';
import { call, expectSuccess, type Scenario, type World, writeWorldFile } from '../helpers/scenario.ts';
import type { Turn } from '../helpers/model-server.ts';
import { fakes } from '../redact/fakes.ts';

export interface Planted {
  readonly kind: string;
  readonly place: string;
  readonly secret: string;
  /** As it stands in its place: `DB_PASSWORD=…`, a whole PEM block, … */
  readonly worn: string;
}

type Place = readonly [place: string, kind: string, turn: (worn: string, world: World) => Turn];

const bash = (command: string): Turn => call('Bash', { command, description: 'Work' });
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** Each is one call of the model. */
const IN_CALLS: readonly Place[] = [
  ['an assignment before a command', 'AWS secret', (worn) => bash(`${worn} true`)],
  ['an exported variable', 'password assignment', (worn) => bash(`export ${worn} && true`)],
  ['a variable in env', 'hex key', (worn) => bash(`env ${worn} true`)],
  ['a bearer header', 'bearer header', (worn) => bash(`curl -sS -H ${quoted(worn)} ${NOWHERE}/`)],
  ['a basic header', 'basic header', (worn) => bash(`curl -sS --header "${worn}" ${NOWHERE}/`)],
  ['a header of its own', 'OpenAI key', (worn) => bash(`curl -sS -H 'x-api-key: ${worn}' ${NOWHERE}/`)],
  ['user data of a URL', 'GitHub token', (worn) => bash(`git ls-remote https://x:${worn}@127.0.0.1:9/a.git`)],
  ['a database URL', 'URL password', (worn) => bash(`true ${worn}`)],
  [
    'a query parameter',
    'query parameter',
    (worn) => bash(`curl -sS ${quoted(worn.replace('https://api.example.com', NOWHERE))}`),
  ],
  ['a flag', 'password flag', (worn) => bash(`true login --user bob ${worn} --verbose`)],
  [
    'a flag on the next line',
    'password flag',
    (worn) => bash(`true login \\\n  ${worn.replace(' ', ' \\\n    ')}`),
  ],
  ['a here-document', 'password assignment', (worn) => bash(`cat > .env.local <<'EOF'\nA=1\n${worn}\nEOF`)],
  ['a here-document with a key', 'private key', (worn) => bash(`cat > key.pem <<EOF\n${worn}\nEOF`)],
  ['a here-string', 'Stripe key', (worn) => bash(`cat <<< ${quoted(worn)}`)],
  [
    'JSON in a string',
    'password assignment',
    (worn) => bash(`echo ${quoted(JSON.stringify({ user: 'bob', password: worn.split('=')[1] }))}`),
  ],
  [
    'JSON in JSON in a string',
    'Slack token',
    (worn) => bash(`echo ${quoted(JSON.stringify({ body: JSON.stringify({ note: worn }) }))}`),
  ],
  ['base64 of a token', 'GitHub token', (worn) => bash(`echo ${base64(worn)} | base64 -d`)],
  ['base64 of a key', 'private key', (worn) => bash(`echo ${base64(worn)} | base64 -d > key2.pem`)],
  [
    'a key split over lines',
    'private key',
    (worn) => bash(`printf '%s\\n' ${worn.split('\n').map(quoted).join(' \\\n  ')} > key3.pem`),
  ],
  ['a cookie', 'JWT', (worn) => bash(`curl -sS -b 'session=${worn}' ${NOWHERE}/`)],
  ['a comment', 'npm token', (worn) => bash(`true # the token is ${worn}`)],
  ['a script in a script', 'AWS key id', (worn) => bash(`sh -c "sh -c 'echo ${worn}'"`)],
  [
    'standard error of a failed command',
    'Google key',
    (worn) => bash(`sh -c 'echo "denied for ${worn}" >&2; exit 3'`),
  ],
  ['a command that is refused', 'GitHub fine-grained token', (worn) => bash(`rm -rf ./${worn}`)],
  [
    'the description of a command',
    'Anthropic key',
    (worn) => call('Bash', { command: 'true', description: `Use ${worn}` }),
  ],
  [
    'a path that is read',
    'AWS session key id',
    (worn, { project }) => call('Read', { file_path: join(project, 'tmp', worn, 'x.txt') }),
  ],
  [
    'a path that is written',
    'npm token',
    (worn, { project }) => call('Write', { file_path: join(project, `${worn}.txt`), content: 'x' }),
  ],
  [
    'a file body',
    'password with blanks',
    (worn, { project }) =>
      call('Write', { file_path: join(project, 'settings.yaml'), content: `db:\n  ${worn}\n` }),
  ],
  [
    'an edit',
    'AWS secret',
    (worn, { project }) =>
      call('Edit', { file_path: join(project, 'deploy.sh'), old_string: 'REPLACE', new_string: worn }),
  ],
  [
    'a file that is read',
    'Slack token',
    (_worn, { project }) => call('Read', { file_path: join(project, 'notes.txt') }),
  ],
  ['a search pattern', 'GitHub token', (worn, { project }) => call('Grep', { pattern: worn, path: project })],
  ['a file pattern', 'OpenAI key', (worn) => call('Glob', { pattern: `**/${worn}/*` })],
  [
    'a fetched URL',
    'query parameter',
    (worn) => call('WebFetch', { url: worn.replace('https://api.example.com', NOWHERE), prompt: 'x' }),
  ],
  ['an MCP argument', 'Stripe key', (worn) => call('mcp__notes__echo', { text: worn })],
  ['an MCP error', 'JWT', (worn) => call('mcp__notes__fail', { text: worn })],
  ['a tool nobody knows', 'hex key', (worn) => call('Teleport', { to: worn })],
  [
    'an Agent prompt',
    'password flag',
    (worn) =>
      call('Agent', {
        description: 'Look',
        prompt: `Run it with ${worn} please. script:helper`,
        subagent_type: 'general-purpose',
        run_in_background: false,
      }),
  ],
  ['a message of the model', 'Anthropic key', (worn) => ({ text: `The key is ${worn}.` })],
];

const IN_PROMPT: readonly Place[] = [
  ['a prompt', 'URL password', () => ({})],
  ['a prompt in a sentence', 'password assignment', () => ({})],
];

/** @param seed other seeds, other secrets */
export function plantedSecrets(seed: string): readonly Planted[] {
  return [...IN_CALLS, ...IN_PROMPT].map(([place, kind]) => {
    const fake = fakes(`${seed}/${place}`)[kind];
    if (!fake) throw new Error(`there is no kind ${kind}`);
    return { kind, place, secret: fake.secret, worn: fake.wear ? fake.wear(fake.secret) : fake.secret };
  });
}

/** What must be found nowhere: each line and word of the secret, and what of it is told by base64. */
export function tracesOf({ secret }: Planted): readonly string[] {
  const words = secret.split(/[\n ]/);
  return [
    ...words,
    ...words.filter((word) => word.length > 24).flatMap((word) => [word.slice(0, 20), word.slice(-20)]),
  ];
}

/** The model leaves every planted secret in its place, one call each. */
export function secretScenario(seed: string): Scenario {
  const planted = plantedSecrets(seed);
  const wornAt = (place: string): string => planted.find((each) => each.place === place)?.worn ?? '';
  return {
    name: 'secrets',
    prepare({ project }) {
      writeWorldFile(join(project, 'notes.txt'), `remember ${wornAt('a file that is read')}\n`);
      writeWorldFile(join(project, 'deploy.sh'), 'export REPLACE\n');
    },
    scripts: (world) => ({
      secrets: IN_CALLS.flatMap(([place, , turn]): Turn[] =>
        place === 'an edit'
          ? [call('Read', { file_path: join(world.project, 'deploy.sh') }), turn(wornAt(place), world)]
          : [turn(wornAt(place), world)],
      ),
      helper: [{ text: 'Helped.' }],
    }),
    async play({ claude }) {
      const prompt = `Deploy to ${wornAt('a prompt')} with "${wornAt('a prompt in a sentence')}". script:secrets`;
      const tools = 'Agent,Bash,Edit,Read,WebFetch,Write,Glob,Grep';
      expectSuccess(
        await claude({
          prompt,
          args: [
            '--tools',
            tools,
            '--allowedTools',
            `${tools},mcp__notes`,
            '--disallowedTools',
            'Bash(rm:*)',
            '--mcp-config',
            JSON.stringify(mcpConfig()),
          ],
          env: { ENABLE_TOOL_SEARCH: '0' },
          timeoutMillis: 150_000,
        }),
      );
    },
  };
}
