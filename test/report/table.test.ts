import { describe, expect, it } from 'vitest';
import { displayWidth, formatTable } from '../../src/report/table.ts';

const columns = [
  { title: 'name', cell: (row: readonly [string, number, string]) => row[0] },
  {
    title: 'n',
    cell: (row: readonly [string, number, string]) => row[1] || undefined,
    align: 'right' as const,
  },
  { title: 'what', cell: (row: readonly [string, number, string]) => row[2], style: () => 'red' as const },
];

describe('table', () => {
  it('aligns columns, wide characters included, without trailing blanks', () => {
    expect(
      formatTable(
        columns,
        [
          ['größe', 5, 'x'],
          ['日本', 120, ''],
        ],
        { color: false },
      ),
    ).toEqual(['name     n  what', 'größe    5  x', '日本   120']);
  });

  it('leaves out columns that say nothing', () => {
    expect(formatTable(columns, [['a', 0, 'x']], { color: false })).toEqual(['name  what', 'a     x']);
  });

  it('cuts the last column to the terminal, and only that', () => {
    const [, row = ''] = formatTable(columns, [['a', 1, '日本'.repeat(20)]], { color: false, width: 30 });
    expect(displayWidth(row)).toBeLessThanOrEqual(30);
    expect(row).toMatch(/^a {5}1 {2}日本.*…$/);
  });

  it('colours only when told, and pads by what is seen', () => {
    const [, plain = ''] = formatTable(columns, [['a', 1, 'x']], { color: false });
    const [, coloured = ''] = formatTable(columns, [['a', 1, 'x']], { color: true });
    expect(coloured).toBe(plain.replace('x', '\u001b[31mx\u001b[39m'));
  });
});
