/** What the documentation says, held to the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadConfig } from '../src/config/load.ts';
import { configJsonSchema, parseConfig } from '../src/config/schema.ts';
import { canonicalLine } from '../src/journal/canonical.ts';
import { ATTR, RESOURCE } from '../src/otlp/semconv.ts';
import { runCli } from './helpers/run-cli.ts';
import { sealRecordings } from './helpers/sealed-recordings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const pages = [
  'README.md',
  'AGENTS.md',
  ...['docs', 'examples'].flatMap((directory) =>
    readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${directory}/${name}`),
  ),
];

/** Text of the fenced blocks of a language, one string a block. */
function blocks(page: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms');
  return [...read(page).matchAll(fence)].map(([, text = '']) => text);
}

/** What a reader would type: shell lines without their comments, and code in running text. */
function commandLines(page: string): readonly string[] {
  const prose = read(page).replaceAll(/^```.*?^```/gms, '');
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = blocks(page, 'sh').flatMap((text) => text.split('\n'));
  return [...lines.map((line) => line.replace(/(?:^|\s)#.*$/, '')), ...spans];
}

/** The calls of `atel` in a line: command and flags, quoted arguments left out. */
function callsIn(line: string): readonly { readonly command: string; readonly flags: readonly string[] }[] {
  return line
    .replaceAll(/'[^']*'/g, 'QUOTED')
    .split(/&&|;|\|(?=\s)/)
    .flatMap((part) => {
      const match = /(?:^|\s)atel ([a-z][a-z-]*)(.*)$/.exec(part);
      if (!match?.[1]) return [];
      return [{ command: match[1], flags: match[2]?.match(/(?<=\s)--?[a-z][a-z-]*/g) ?? [] }];
    });
}

async function help(...args: string[]): Promise<string> {
  const { out, err } = await runCli([...args, '--help'], { env: { HOME: '/nonexistent' }, cwd: '/' });
  return out + err;
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

describe('every page', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    const broken = [...read(page).matchAll(/\]\(([^)\s]*)\)/g)].flatMap(([, target = '']) => {
      if (/^https?:/.test(target)) return [];
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative(root, join(root, dirname(page), path));
      if (!existsSync(join(root, file))) return [target];
      if (anchor === undefined) return [];
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
      return headings.includes(anchor) ? [] : [target];
    });
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names only files that are there', (page) => {
    const named = [...read(page).matchAll(/`((?:src|test|scripts|docs|otel-collector|loki)\/[\w./-]+)`/g)];
    expect(named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(pages)('%s names only commands and flags that there are', async (page) => {
    const commands = [...(await help()).matchAll(/^ {2}atel ([a-z]+)/gm)].map(([, name]) => name);
    for (const { command, flags } of commandLines(page).flatMap(callsIn)) {
      expect(commands).toContain(command);
      const text = await help(command);
      for (const flag of flags)
        expect(text, `atel ${command} ${flag}`).toMatch(new RegExp(`[\\s[]${flag}\\b`));
    }
  });

  it.each([
    ['AGENTS.md', 80],
    ['docs/architecture.md', 220],
    ['docs/security.md', 150],
  ] as const)('%s has at most %i lines', (page, most) => {
    expect(read(page).split('\n').length - 1).toBeLessThanOrEqual(most);
  });
});

describe('the README', () => {
  it('lists every command and every exit code', async () => {
    const commands = [...(await help()).matchAll(/^ {2}atel ([a-z]+)/gm)].map(([, name]) => name);
    const table = /## Commands\n(.*?)\n## /s.exec(read('README.md'))?.[1] ?? '';
    expect(commands.filter((name) => !table.includes(`\`${name}\``))).toEqual([]);
    for (const code of [0, 1, 2, 3, 4, 70]) expect(table).toMatch(new RegExp(`\\b${code} [a-z]`));
  });

  it('names every page of the documentation', () => {
    const missing = pages.filter(
      (page) => /^docs\/[\w-]+\.md$/.test(page) && !read('README.md').includes(page),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  const page = 'docs/configuration.md';
  const nodeSchema = z.looseObject({ properties: z.record(z.string(), z.unknown()).optional() });
  const keysOf = (node: unknown, path: readonly string[]): readonly string[] => {
    const { properties } = nodeSchema.parse(node);
    if (!properties) return [path.join('.')];
    return Object.entries(properties).flatMap(([key, inner]) => keysOf(inner, [...path, key]));
  };
  const rows = [...read(page).matchAll(/^\| `([\w.]+)` \| (.*?) \| (.*?) \| (.*) \|$/gm)].map(
    ([, key = '', , given = '']) => ({ key, given }),
  );

  it('tells of every key and of no other', () => {
    expect(rows.map(({ key }) => key).toSorted()).toEqual([...keysOf(configJsonSchema(), [])].toSorted());
  });

  it('gives the defaults', () => {
    const { config } = z.object({ config: z.unknown() }).parse(parseConfig({}));
    const at = (key: string): unknown =>
      key
        .split('.')
        .reduce<unknown>((node, name) => z.record(z.string(), z.unknown()).parse(node)[name], config);
    for (const { key, given } of rows) {
      const value = at(key);
      if (value !== undefined)
        expect(given, key).toBe(
          typeof value === 'object' ? 'empty' : `\`${JSON.stringify(value).replaceAll('"', '')}\``,
        );
    }
  });

  it('names variables that set the key they are said to set', () => {
    const variables = [...read(page).matchAll(/^\| `(ATEL_[A-Z_]+)` \| `([\w.]+)` \|$/gm)];
    expect(variables.length).toBeGreaterThan(0);
    for (const [, name = '', key = ''] of variables) {
      const value = { ATEL_CAPTURE_LEVEL: 'full', ATEL_ENDPOINT: 'http://127.0.0.1:1' }[name] ?? 'some-value';
      const config: unknown = loadConfig('/nonexistent/config.yaml', { [name]: value });
      expect(config, name).toHaveProperty(key, value);
    }
  });

  it('has an example that is valid', () => {
    const examples = blocks(page, 'yaml');
    expect(examples.map((text) => parseConfig(parse(text)).ok)).toEqual([true]);
  });
});

describe('examples/single-agent', () => {
  it('writes out the defaults', () => {
    expect(parseConfig(parse(read('examples/single-agent/config.yaml')))).toEqual(parseConfig({}));
  });

  it('shows a record as the stages make it now, of the first Read of a recorded session', async () => {
    const sealed = await sealRecordings('everything');
    const made = sealed.find(
      ({ record }) => record.hook_event === 'PreToolUse' && record.tool_name === 'Read',
    );
    const shown = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(read('examples/single-agent/record.json')));
    expect(shown).toEqual(made?.record);
    expect(canonicalLine(shown)).toBe(made?.line);
  });

  it('names only metadata that we send', () => {
    const sent = [...Object.values(ATTR), ...Object.values(RESOURCE)].map((name) =>
      name.replaceAll(/[.-]/g, '_'),
    );
    const intro = /\*\*Labels\*\*.*?\*\*Line\*\*/s.exec(read('examples/single-agent/queries.md'))?.[0] ?? '';
    const named = [...intro.matchAll(/`([a-z_]{3,})`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(12);
    expect(named.filter((name) => name !== undefined && !sent.includes(name))).toEqual([]);
  });
});
