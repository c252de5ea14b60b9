/** The arrows between rooms: who may import whom. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { percentile } from '../scripts/bench/stats.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');

/** Rooms that a room may import, beside its own. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  event: [],
  config: ['platform'],
  capture: ['platform', 'config', 'event'],
  spool: ['platform'],
  context: ['event', 'config', 'platform'],
  detect: ['event'],
  redact: ['event'],
  journal: ['platform'],
  otlp: ['platform', 'config', 'event'],
  forwarder: ['platform', 'config', 'spool', 'event', 'context', 'detect', 'redact', 'journal', 'otlp'],
  query: ['platform', 'config', 'journal'],
  report: ['platform', 'query'],
  stack: ['platform', 'config'],
  doctor: ['platform', 'config', 'capture', 'event', 'journal', 'otlp', 'stack'],
  cli: [
    'platform',
    'config',
    'capture',
    'spool',
    'event',
    'journal',
    'forwarder',
    'query',
    'report',
    'stack',
    'doctor',
  ],
};

/** Types and constants only, so that any room may name a record. */
const RECORD_TYPES = 'journal/record.ts';

interface Import {
  readonly from: string;
  readonly to: string;
}

function sources(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : [];
  });
}

const files = sources(src);
const imports: readonly Import[] = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'(\.{1,2}\/[^']+)'/g)].map((match) => ({
    from: relative(src, file),
    to: relative(src, resolve(dirname(file), match[1] ?? '')),
  })),
);
const roomOf = (path: string): string => path.split('/')[0] ?? '';

describe('the rooms', () => {
  it('are all known, and hold files and imports', () => {
    expect(new Set(files.map((file) => roomOf(relative(src, file))))).toEqual(new Set(Object.keys(ALLOWED)));
    expect(imports.length).toBeGreaterThan(200);
  });

  it('import only what the design allows', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      return room !== other && to !== RECORD_TYPES && !ALLOWED[room]?.includes(other);
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('have no cycle between them', () => {
    const reach = (room: string, seen: ReadonlySet<string>): boolean =>
      (ALLOWED[room] ?? []).some((next) => seen.has(next) || reach(next, new Set([...seen, next])));
    for (const room of Object.keys(ALLOWED)) expect(reach(room, new Set([room]))).toBe(false);
  });

  it('keep the record’s type free of imports', () => {
    expect(imports.filter(({ from }) => from === RECORD_TYPES)).toEqual([]);
  });
});

describe('the edges of the process', () => {
  const using = (pattern: RegExp): readonly string[] =>
    files.filter((file) => pattern.test(readFileSync(file, 'utf8'))).map((file) => relative(src, file));

  it('have one reader of the environment', () => {
    expect(using(/process\.env\b/)).toEqual(['platform/env.ts']);
  });

  it('set the exit code only where a process begins', () => {
    const setters = using(/process\.exitCode\s*=|process\.exit\(/);
    expect(setters.filter((file) => !['cli/main.ts', 'forwarder/daemon.ts'].includes(file))).toEqual([]);
  });
});

/** Lines of each function with a body of its own; `(x) => x + 1` is an expression. */
function functionLines(file: string): readonly number[] {
  const text = readFileSync(file, 'utf8');
  const lines: number[] = [];
  const measure = ({ start, end }: { start: number; end: number }): void => {
    lines.push(text.slice(start, end).split('\n').length);
  };
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: (arrow) => arrow.body.type === 'BlockStatement' && measure(arrow),
  }).visit(parseSync(file, text).program);
  return lines;
}

/** The bars of `style.md`. */
describe('the sizes', () => {
  it('stay readable: 90 of 100 files have at most 215 lines', () => {
    const lines = files.map((file) => readFileSync(file, 'utf8').split('\n').length);
    expect(percentile(lines, 0.9)).toBeLessThanOrEqual(215);
  });

  it('stay readable: half of the functions have at most 12 lines, nine of ten at most 44', () => {
    const lines = files.flatMap(functionLines);
    expect(lines.length).toBeGreaterThan(1000);
    expect(percentile(lines, 0.5)).toBeLessThanOrEqual(12);
    expect(percentile(lines, 0.9)).toBeLessThanOrEqual(44);
  });
});
