/** Aligned plain text. Cells must be free of control characters. */
import { styleText } from 'node:util';
import type { Cell } from './csv.ts';

export type Style = Parameters<typeof styleText>[0];

export interface Column<T> {
  readonly title: string;
  cell(row: T): Cell;
  /** Numbers stand on the right. */
  readonly align?: 'right';
  style?(row: T): Style | undefined;
}

export interface TableOptions {
  readonly color: boolean;
  /** Columns of the terminal; the last column is cut to fit. `undefined`: nothing is cut. */
  readonly width?: number | undefined;
}

const GAP = '  ';
const MIN_LAST_COLUMN = 12;

/** The lines of a table, title line first. Columns without any content are left out. */
export function formatTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { color, width }: TableOptions,
): readonly string[] {
  const filled = columns
    .map((column) => ({ column, cells: rows.map((row) => String(column.cell(row) ?? '')) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const widths = filled.map(({ column, cells }) =>
    cells.reduce((most, cell) => Math.max(most, displayWidth(cell)), column.title.length),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0);
  const room = width === undefined ? Infinity : Math.max(MIN_LAST_COLUMN, width - before);
  const format = (cell: string, index: number, wanted: Style | undefined): string => {
    const style = color ? wanted : undefined;
    const last = index === filled.length - 1;
    const shown = last ? cut(cell, room) : cell;
    const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(shown)));
    if (filled[index]?.column.align === 'right') return padding + paint(shown, style);
    return paint(shown, style) + (last ? '' : padding);
  };
  const title = filled.map(({ column }, index) => format(column.title, index, 'bold'));
  const lines = rows.map((row, nr) =>
    filled.map(({ column, cells }, index) => format(cells[nr] ?? '', index, column.style?.(row))),
  );
  return [title, ...lines].map((cells) => cells.join(GAP).trimEnd());
}

/** The text in this style; as it is without one. */
export function paint(text: string, style: Style | undefined): string {
  return style === undefined || text === '' ? text : styleText(style, text, { validateStream: false });
}

const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]$/u;

/** Columns that a text takes in a terminal. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += /^\p{M}$/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

function cut(text: string, room: number): string {
  if (displayWidth(text) <= room) return text;
  let kept = '';
  let width = 0;
  for (const character of text) {
    width += displayWidth(character);
    if (width > room - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
