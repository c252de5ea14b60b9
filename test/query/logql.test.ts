import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLogQuery, escapeRegex, isLogQuery, quote } from '../../src/query/logql.ts';

/** Reads an interpreted string literal as Go's `strconv.Unquote` does, which is what Loki's lexer calls. */
function goUnquote(literal: string): string {
  expect(literal).toMatch(/^"[^\n]*"$/);
  let text = '';
  for (let rest = literal.slice(1, -1); rest !== '';) {
    const match = /^(?:\\u([0-9a-f]{4})|\\([\\"])|([^"\\\n]))/u.exec(rest);
    if (!match) throw new Error(`not a Go string: ${literal}`);
    text += match[1] ? String.fromCharCode(Number.parseInt(match[1], 16)) : (match[2] ?? match[3] ?? '');
    rest = rest.slice(match[0].length);
  }
  return text;
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '`', '\n', '}', '|', '=', '\u0000', '\u202e', '\ud800') }),
);

describe('quoting', () => {
  it('gives back any text, made well-formed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(goUnquote(quote(text))).toBe(text.toWellFormed());
      }),
    );
  });

  it('lets no value end its literal or its line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const query = buildLogQuery({ tool: text });
        const literal = query.slice(query.indexOf('tool_name=') + 'tool_name='.length);
        expect(query.startsWith('{service_name="claude-telemetry"} | tool_name="')).toBe(true);
        expect(goUnquote(literal)).toBe(text.toWellFormed());
      }),
    );
  });

  it('lets a session be nothing but the beginning of an id', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const pattern = new RegExp(`^(?:${escapeRegex(text)}.*)$`, 's');
        expect(pattern.test(`${text}${other}`)).toBe(true);
        expect(pattern.test(other)).toBe(other.startsWith(text));
      }),
    );
  });
});

describe('log queries', () => {
  it('narrow by label and by structured metadata', () => {
    expect(buildLogQuery({})).toBe('{service_name="claude-telemetry"}');
    expect(buildLogQuery({ project: 'shop', session: 'a1b2', tool: 'Bash', event: 'PreToolUse' })).toBe(
      '{service_name="claude-telemetry", project_name="shop"} | session_id=~"a1b2.*" | tool_name="Bash" | (event_type="PreToolUse" or hook_event="PreToolUse")',
    );
  });

  it('leave a project given by its path to the records, since there is no label for it', () => {
    expect(buildLogQuery({ project: '/home/jeff/shop' })).toBe('{service_name="claude-telemetry"}');
  });

  it('are told from metrics by their beginning', () => {
    expect(isLogQuery(' {a="b"} |= "x"')).toBe(true);
    expect(isLogQuery('({a="b"})')).toBe(true);
    expect(isLogQuery('sum(rate({a="b"}[5m]))')).toBe(false);
    expect(isLogQuery('1 + 1')).toBe(false);
  });
});
