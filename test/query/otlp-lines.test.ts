import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/journal/reader.ts';
import { parseOtlpLine } from '../../src/query/otlp-lines.ts';
import { draft, otlpLine, writeJournal } from '../helpers/records.ts';

/** What the real journal makes of a call of this tool. */
function bodyOf(tool: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'atel-'));
  try {
    return writeJournal(join(dir, 'journal'), [draft(0, { tool_name: tool })])[0]?.line ?? '';
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const HOSTILE = '{"resourceLogs":';

describe('a line of the backup', () => {
  const first = otlpLine([bodyOf('First')]);
  const second = otlpLine([bodyOf('Second'), bodyOf(HOSTILE)]);
  const read = (text: string) => {
    const parsed = parseOtlpLine(text);
    return parsed && { ...parsed, bodies: parsed.bodies.map((line) => parseRecord(line)?.tool_name) };
  };

  it('is one request', () => {
    expect(read(second)).toEqual({ bodies: ['Second', HOSTILE], remains: false });
  });

  it('may begin with what a killed Collector left of the request before, cut anywhere', () => {
    for (let length = 1; length < first.length; length += 7) {
      const torn = first.slice(0, length);
      expect(read(torn + second)).toEqual({ bodies: ['Second', HOSTILE], remains: true });
    }
    expect(read(first.slice(0, 300) + first.slice(0, 99) + second)?.bodies).toEqual(['Second', HOSTILE]);
  });

  it('may hold two whole requests, when only the newline between them was not written', () => {
    expect(read(first + second)).toEqual({
      bodies: ['First', 'Second', HOSTILE],
      remains: false,
    });
  });

  it('is nothing when no whole request is in it', () => {
    expect(read(first.slice(0, -1))).toBeUndefined();
    expect(read('null')).toBeUndefined();
  });
});
