import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCsv } from '../../src/report/csv.ts';

/** A reader after RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let rest = text; rest !== '';) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest);
    if (!match) throw new Error(`no CSV: ${JSON.stringify(rest)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
    rest = rest.slice(match[0].length);
  }
  return rows;
}

describe('CSV', () => {
  it('comes back as it went in, but for the apostrophe before a formula', () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', '=', '+', '-', '@', '\t', ' ', 'ö'),
    });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { maxLength: 5 });
    fc.assert(
      fc.property(rows, (cells) => {
        const read = parseCsv(toCsv(['one', 'two'], cells));
        expect(read).toHaveLength(cells.length + 1);
        for (const [nr, row] of cells.entries()) {
          for (const [column, text] of row.entries()) {
            const got = read[nr + 1]?.[column] ?? '';
            expect(got).not.toMatch(/^[=+\-@\t\r\n]/);
            expect(got === text || got === `'${text}`).toBe(true);
          }
        }
      }),
    );
  });

  it('leaves numbers numbers and absent cells empty', () => {
    expect(toCsv(['a', 'b', 'c'], [[-5, undefined, '-5']])).toBe("a,b,c\r\n-5,,'-5\r\n");
  });
});
