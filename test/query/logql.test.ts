import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLogQuery, isLogQuery, quote } from '../../src/query/logql.ts';

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
    const start = '{service_name="claude-telemetry"} |= ';
    fc.assert(
      fc.property(anyText, (tool) => {
        const query = buildLogQuery({ tool });
        expect(query.startsWith(start)).toBe(true);
        expect(goUnquote(query.slice(start.length))).toBe(`"tool_name":${JSON.stringify(tool)}`);
      }),
    );
  });
});

describe('log queries', () => {
  it('search the records themselves', () => {
    expect(buildLogQuery({})).toBe('{service_name="claude-telemetry"}');
    expect(buildLogQuery({ session: 'a1b2', event: 'PreToolUse' })).toBe(
      String.raw`{service_name="claude-telemetry"} |= "\"session_id\":\"a1b2" |= "\"event_type\":\"PreToolUse\"" or "\"hook_event\":\"PreToolUse\""`,
    );
  });

  it('narrow by the index label of a project only where the label must be equal', () => {
    expect(buildLogQuery({ project: 'shop' })).toMatch(
      /^\{service_name="claude-telemetry", project_name="shop"\} /,
    );
    for (const project of ['/home/jeff/shop', 'größe', 'a\u0000b', 'x'.repeat(200)]) {
      expect(buildLogQuery({ project })).toMatch(/^\{service_name="claude-telemetry"\} \|= /);
    }
  });

  it('are told from metrics by their beginning', () => {
    expect(isLogQuery(' {a="b"} |= "x"')).toBe(true);
    expect(isLogQuery('({a="b"})')).toBe(true);
    expect(isLogQuery('sum(rate({a="b"}[5m]))')).toBe(false);
    expect(isLogQuery('1 + 1')).toBe(false);
  });
});
