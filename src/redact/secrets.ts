/**
 * Masks secrets in texts: `[redacted:<rule>:<n chars>]` in place of each.
 *
 * A pass finds what all rules match, joins what overlaps and replaces it; it is repeated until nothing changes, so that
 * masking a masked text changes nothing. Rules see the text with line continuations (`\` + newline) taken out, as the
 * shell does, and with earlier marks blanked, so that a mark is never masked again nor taken for a name.
 *
 * A text is never shown unscanned: what exceeds the limit is cut off, and a text that cannot be scanned goes whole.
 */
import { type Allowance, type Find, findsOf, merged, spend } from './finds.ts';
import { createRuleFilter } from './prefilter.ts';
import type { SecretRule } from './secret-rule.ts';
import { SECRET_RULES } from './secret-rules.ts';
import { createVendorScanner, VENDOR_RULE_IDS } from './vendor-rules.ts';
import { mark, markPattern, viewOf, type View } from './view.ts';

export interface Masked {
  /** As many as were given, in the same order. */
  readonly masked: string[];
  /** Per text: how many secrets each rule masked; `error` for a text that could not be scanned. */
  readonly byRule: Readonly<Record<string, number>>[];
}

export interface Masker {
  /** Masks a batch of texts; a few hundred a call are best. Never throws. */
  mask(texts: readonly string[]): Masked;
}

/** Rule id of a text that could not be scanned. */
const ERROR_RULE = 'error';
/** Rule id of a field whose name says that its value is a secret; see `redact.ts`. */
export const NAMED_FIELD_RULE = 'named-field';

/** Longest text that is scanned, in UTF-16 units, and what is shown of a longer one: its end may hold half a secret. */
const MAX_TEXT_CHARS = 65_536;
const KEPT_CHARS = MAX_TEXT_CHARS - 4096;
/** Passes until a text must be stable, and the characters they may read of it in sum. */
const MAX_PASSES = 8;
const MAX_SCANNED_CHARS = 3 * MAX_TEXT_CHARS;
/** Characters that the matches of all rules may cover in sum, in all passes. */
const MAX_MATCHED_CHARS = 8 * MAX_TEXT_CHARS;

/** A text on its way through the passes. */
interface Job {
  text: string;
  counts: Record<string, number>;
  readonly allowance: Allowance;
}

/**
 * Builds a masker; it keeps nothing of what it masked.
 * @param rules own rules, which come before secretlint's
 */
export function createMasker(rules: readonly SecretRule[] = SECRET_RULES): Masker {
  const scanVendors = createVendorScanner();
  const rulesFor = createRuleFilter(rules);
  const marks = markPattern([...rules.map(({ id }) => id), ...VENDOR_RULE_IDS, ERROR_RULE, NAMED_FIELD_RULE]);

  /** One pass over some texts; those in which it masked something. A cut alone is not looked over: what stays was scanned. */
  const pass = (jobs: readonly Job[]): Job[] => {
    const views = jobs.map(({ text }) => viewOf(headOf(text), marks));
    const vendors = scanVendors(views.map(({ text }) => text));
    return jobs.filter((job, i) => {
      const view = views[i];
      const vendor = vendors[i];
      try {
        if (!view || !vendor) throw new Error('not scanned');
        spend(job.allowance, 'scanned', view.text.length);
        const finds = rulesFor(view.text).flatMap((rule) => findsOf(rule, view.text, job.allowance));
        return rewrite(job, view, [...finds, ...vendor]);
      } catch {
        giveUp(job);
        return false;
      }
    });
  };

  return {
    mask(texts) {
      const jobs = texts.map(createJob);
      let open: readonly Job[] = jobs;
      for (let n = 0; n < MAX_PASSES && open.length > 0; n++) open = pass(open);
      for (const job of open) giveUp(job);
      return { masked: jobs.map(({ text }) => text), byRule: jobs.map(({ counts }) => counts) };
    },
  };
}

function createJob(text: string): Job {
  return { text, counts: {}, allowance: { scanned: MAX_SCANNED_CHARS, matched: MAX_MATCHED_CHARS } };
}

/** Privacy outranks completeness: what cannot be scanned is not shown. */
function giveUp(job: Job): void {
  job.counts = { [ERROR_RULE]: 1 };
  job.text = mark(ERROR_RULE, job.text.length);
}

/** The part of a text that is scanned. */
function headOf(text: string): string {
  return text.length > MAX_TEXT_CHARS ? text.slice(0, MAX_TEXT_CHARS) : text;
}

/** Earlier marks stay as they are. Both lists are in order and free of overlaps. */
function withoutMarks(finds: readonly Find[], { marks }: View): Find[] {
  let next = 0;
  return finds.flatMap(({ rule, start, end }) => {
    const pieces: Find[] = [];
    let from = start;
    while ((marks[next]?.end ?? Infinity) <= start) next++;
    for (let i = next; (marks[i]?.start ?? Infinity) < end; i++) {
      const taken = marks[i] ?? { start: end, end };
      if (taken.start > from) pieces.push({ rule, start: from, end: taken.start });
      from = taken.end;
    }
    if (from < end) pieces.push({ rule, start: from, end });
    return pieces;
  });
}

/** Puts marks in place of the finds, and cuts off what was not scanned. True if there is a new mark. */
function rewrite(job: Job, view: View, finds: readonly Find[]): boolean {
  const { text, counts } = job;
  const isCut = text.length > MAX_TEXT_CHARS;
  if (finds.length === 0 && !isCut) return false;
  const limit = isCut ? KEPT_CHARS : text.length;
  let out = '';
  let at = 0;
  const placed = finds.map((find) => ({ rule: find.rule, ...view.origin(find) }));
  for (const { rule, start, end } of withoutMarks(merged(placed), view)) {
    if (start >= limit) break;
    out += text.slice(at, start) + mark(rule, end - start);
    counts[rule] = (counts[rule] ?? 0) + 1;
    at = end;
  }
  // Not through a mark.
  const kept = Math.max(
    at,
    view.marks.find(({ start, end }) => start < limit && end > limit)?.start ?? limit,
  );
  const rest = text.slice(kept);
  job.text = `${out}${text.slice(at, kept)}${isCut ? `…[cut:${Buffer.byteLength(rest)}]` : rest}`;
  return at > 0;
}
