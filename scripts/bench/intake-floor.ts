/** The least that the way of an event from the spool to the disk can cost: no stage, no check, no chain. */
import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseDropFile } from '../../src/spool/drop-file.ts';

const BATCH = 512;

/** Takes the whole queue: read, parse, write as JSON, hash; one write and one fsync a batch; remove. @returns milliseconds */
export function takeBare(queueDir: string, journalFile: string): number {
  const begin = performance.now();
  const fd = openSync(journalFile, 'a', 0o600);
  const names = readdirSync(queueDir);
  for (let from = 0; from < names.length; from += BATCH) {
    const batch = names.slice(from, from + BATCH);
    const lines = batch.map((name) => {
      const file = parseDropFile(name, readFileSync(join(queueDir, name)));
      const line = JSON.stringify({ raw_input: JSON.parse(file?.payload.toString() ?? 'null') });
      return `${line}${hash('sha256', line, 'hex')}\n`;
    });
    writeSync(fd, lines.join(''));
    fsyncSync(fd);
    for (const name of batch) unlinkSync(join(queueDir, name));
  }
  closeSync(fd);
  return performance.now() - begin;
}
