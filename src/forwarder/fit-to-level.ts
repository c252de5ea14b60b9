/** What of `action_details` a capture level allows; the same rule as for the payload, on fields of our own making. */
import { compact } from '../event/compact.ts';
import type { ActionDetails, CaptureLevel } from '../journal/record.ts';

/** Details that quote the agent's own text. */
const TEXT_DETAILS = ['command', 'search_pattern', 'search_glob', 'url', 'denial_reason'] as const;

/**
 * At `metadata` quoted text goes (a URL keeps its origin); a diff stays only at `full`.
 * Programs, paths, counts and ids stay at every level.
 */
export function fitToLevel(
  details: ActionDetails | undefined,
  level: CaptureLevel,
): ActionDetails | undefined {
  if (details === undefined || level === 'full') return details;
  const kept: Record<string, unknown> = { ...details, diff: undefined };
  if (level === 'metadata') {
    for (const field of TEXT_DETAILS) kept[field] = undefined;
    if (details.url !== undefined) kept['url'] = originOf(details.url);
  }
  return compact(kept);
}

function originOf(url: string): string | undefined {
  // Schemes without an authority have no origin, which URL spells `null`.
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? undefined : origin;
}
