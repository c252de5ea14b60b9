/** Examines a part of a segment. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { examineBytes, type Examined } from './examine.ts';
import { createLineBuffer, firstLineIn, linesIn, type ByteRange } from './line-bytes.ts';

/** Lines of a segment: those that begin in a range. */
export interface Part extends ByteRange {
  readonly dir: string;
  readonly segment: string;
}

/** One that uses its memory again for each part; a part is to be read to its end before the next. */
export function createPartExaminer(): (part: Part) => Generator<Examined> {
  const buffer = createLineBuffer();
  return function* ({ dir, segment, from, to }) {
    const fd = openSync(join(dir, segment), 'r');
    try {
      const first = firstLineIn(fd, { from, to });
      if (first === undefined) return;
      for (const line of linesIn(fd, { from: first, to }, buffer)) yield examineBytes(line, segment);
    } finally {
      closeSync(fd);
    }
  };
}
