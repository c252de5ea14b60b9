/** Change tracking: what a Write or Edit did to a file, from the client's own patch. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { ActionDetails } from '../../journal/record.ts';
import { compact } from '../compact.ts';

const hunk = z.looseObject({
  oldStart: z.number(),
  oldLines: z.number(),
  newStart: z.number(),
  newLines: z.number(),
  lines: z.array(z.string()),
});

/** `structuredPatch` of a response: hunks as jsdiff makes them, each line with its ` `, `+` or `-`. */
export const patch: z.ZodType<readonly Hunk[]> = z.array(hunk);

interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly string[];
}

/** Below this size a plain hash would give the content away to a guess. */
const MIN_HASHED_BYTES = 64;

/** Size in bytes and hash of a whole file body. */
export function describeContent(content: string | undefined): ActionDetails {
  if (content === undefined) return {};
  const size_bytes = Buffer.byteLength(content);
  if (size_bytes < MIN_HASHED_BYTES) return { size_bytes };
  return { size_bytes, content_hash: `sha256:${createHash('sha256').update(content).digest('hex')}` };
}

/**
 * Lines added and removed, and the unified diff.
 * @param created the body of a file that did not exist: the client sends no hunks for it
 */
export function describeChange(
  hunks: readonly Hunk[] | undefined,
  created: string | undefined,
): ActionDetails {
  if (created !== undefined) return { lines_added: lineCount(created), lines_removed: 0 };
  if (hunks === undefined) return {};
  return compact({
    lines_added: countLines(hunks, '+'),
    lines_removed: countLines(hunks, '-'),
    diff: hunks.length > 0 ? hunks.map(formatHunk).join('\n') : undefined,
  });
}

function countLines(hunks: readonly Hunk[], sign: '+' | '-'): number {
  let count = 0;
  for (const { lines } of hunks) for (const line of lines) if (line.startsWith(sign)) count++;
  return count;
}

function formatHunk(part: Hunk): string {
  return [`@@ -${part.oldStart},${part.oldLines} +${part.newStart},${part.newLines} @@`, ...part.lines].join(
    '\n',
  );
}

/** Lines of a text; a last line without its newline counts. */
function lineCount(text: string): number {
  let count = text === '' || text.endsWith('\n') ? 0 : 1;
  // No `split`: a body of megabytes would become millions of strings.
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
