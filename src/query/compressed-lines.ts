/** Lines of a compressed file, streamed. */
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { MAX_SCANNED_LINE_BYTES } from './line-scan.ts';

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  '.gz': createGunzip,
  '.zst': createZstdDecompress,
};

/** Whether a file is compressed, by its name. */
export function isCompressed(path: string): boolean {
  return extname(path) in DECOMPRESSORS;
}

/**
 * Every line of a `.gz` or `.zst` file, the last one even without its newline.
 * @throws the decompressor's error when the file is damaged or ends early, after the lines before that
 */
export async function* compressedLines(path: string): AsyncGenerator<string> {
  const create = DECOMPRESSORS[extname(path)];
  if (!create) throw new TypeError(`${path} is not compressed`);
  const source = createReadStream(path);
  const decompressed = create();
  source.on('error', (error) => decompressed.destroy(error));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source.pipe(decompressed)) {
    if (!Buffer.isBuffer(chunk)) continue;
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, newline);
      start = newline + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > MAX_SCANNED_LINE_BYTES)
      throw new RangeError(`a line is longer than ${MAX_SCANNED_LINE_BYTES} bytes`);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}
