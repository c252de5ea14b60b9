/** Standard output for results: buffered, at the reader's pace, and aware of a reader that left (`… | head`). */
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { type Cell, toCsv } from '../report/csv.ts';
import { type Column, formatTable } from '../report/table.ts';
import type { CliContext } from './context.ts';
import { escapeJson, escapeText } from './escape.ts';

const BUFFER_CHARACTERS = 65_536;

export interface Output {
  /** Whether styles may be used: a terminal, and no `NO_COLOR`. */
  readonly color: boolean;
  /** Columns of the terminal, if it is one. */
  readonly width: number | undefined;
  /** True when nobody reads any more. */
  readonly gone: boolean;
  /** One line, as it is. */
  line(text: string): Promise<void>;
  /** A line of JSON: byte for byte, but safe for a terminal if it is one. */
  json(line: string): Promise<void>;
  table<T>(columns: readonly Column<T>[], rows: readonly T[]): Promise<void>;
  csv(header: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void>;
  flush(): Promise<void>;
}

/** Wraps the standard output of a command, which flushes it at its end. */
export function createOutput({ process, env }: Pick<CliContext, 'process' | 'env'>): Output {
  const { stdout } = process;
  const terminal = stdout.isTTY === true;
  const color = terminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const width = terminal ? stdout.columns : undefined;
  let gone = false;
  let buffer = '';
  if (stdout instanceof Writable) {
    // `cli/main.ts` takes care of the error itself.
    stdout.once('error', () => (gone = true));
  }
  const flush = async (): Promise<void> => {
    const text = buffer;
    buffer = '';
    if (gone || text === '') return;
    stdout.write(text);
    // An error ends the wait too; whether the reader is gone was noted above.
    if (stdout instanceof Writable && stdout.writableNeedDrain) await once(stdout, 'drain').catch(() => {});
  };
  const line = async (text: string): Promise<void> => {
    buffer += `${text}\n`;
    if (buffer.length > BUFFER_CHARACTERS) await flush();
  };
  return {
    color,
    width,
    get gone() {
      return gone;
    },
    line,
    json: (text) => line(terminal ? escapeJson(text) : text),
    async table(columns, rows) {
      const safe = columns.map((column) => ({
        ...column,
        title: escapeText(column.title),
        cell: (row: (typeof rows)[number]) => safeCell(column.cell(row)),
      }));
      for (const text of formatTable(safe, rows, { color, width })) await line(text);
    },
    async csv(header, rows) {
      buffer += toCsv(
        header,
        rows.map((row) => row.map(safeCell)),
      );
      await flush();
    },
    flush,
  };
}

function safeCell(cell: Cell): Cell {
  return typeof cell === 'string' ? escapeText(cell) : cell;
}
