/** A thread of `search-files.ts`: takes a file and a text, answers where the lines stand that have it. */
import { parentPort } from 'node:worker_threads';
import { scanLines } from './line-scan.ts';
import type { Found, Search } from './search-files.ts';

parentPort?.on('message', ({ path, needle }: Search) => {
  const found: number[] = [];
  for (const { offset, end } of scanLines(path, { needle })) found.push(offset, end);
  const places = Float64Array.from(found);
  parentPort?.postMessage({ path, places } satisfies Found, [places.buffer]);
});
