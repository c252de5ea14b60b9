/**
 * Masks secrets in texts: `[redacted:<rule>:<n chars>]` in place of each.
 *
 * A pass finds what all rules match, joins what overlaps and replaces it; it is repeated until nothing changes, so that
 * masking a masked text changes nothing. Rules see the text with line continuations (`\` + newline) taken out, as the
 * shell does, and with earlier marks blanked, so that a mark is never masked again nor taken for a name.
 *
 * A text is never shown unscanned: what exceeds the limit is cut off, and a text that cannot be scanned goes whole.
 */
import { hasLongRun, hintPattern, mayHoldToken } from './prefilter.ts';
import { MAX_VALUE_CHARS, SECRET_RULES, type SecretRule } from './secret-rules.ts';
import { createVendorScanner, VENDOR_RULE_IDS } from './vendor-rules.ts';
import { mark, markPattern, viewOf, type Span, type View } from './view.ts';

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
/** Passes until a text must be stable. */
const MAX_PASSES = 8;
/** Characters that the matches of one rule in one text may cover in sum; more means a text made to cost time. */
const MAX_MATCHED_CHARS = 8 * MAX_TEXT_CHARS;
/** Texts joined for one vendor scan, and their characters. */
const MAX_JOINED = 256;
const MAX_JOINED_CHARS = 262_144;
/** Between joined texts: in no rule's token, and no rule looks across two lines and a NUL. */
const SEPARATOR = '\n\u0000\n';

interface Find extends Span {
  readonly rule: string;
}

export function createMasker(rules: readonly SecretRule[] = SECRET_RULES): Masker {
  const scanVendors = createVendorScanner();
  const marks = markPattern([...rules.map(({ id }) => id), ...VENDOR_RULE_IDS, ERROR_RULE, NAMED_FIELD_RULE]);
  const anyHint = hintPattern(rules);

  const ownFinds = (text: string): Find[] => {
    const longRun = hasLongRun(text);
    if (!longRun && !anyHint.test(text)) return [];
    const lower = text.toLowerCase();
    return rules
      .filter(({ hints }) => (hints === 'long-run' ? longRun : hints.some((hint) => lower.includes(hint))))
      .flatMap((rule) => findsOf(rule, text));
  };

  /** One pass over one text. */
  const replaced = (
    text: string,
    vendors: readonly Find[] | undefined,
    counts: Map<string, number>,
  ): string => {
    try {
      const head = headOf(text);
      const view = viewOf(head, marks);
      if (!vendors) throw new Error('not scanned');
      const spans = withoutMarks(
        merged([...ownFinds(view.text), ...vendors].map((find) => located(find, view))),
        view,
      );
      const limit = head === text ? head.length : KEPT_CHARS;
      return spans.length === 0 && head === text ? text : rewritten(text, spans, view, limit, counts);
    } catch {
      counts.clear();
      counts.set(ERROR_RULE, 1);
      return mark(ERROR_RULE, text.length);
    }
  };

  return {
    mask(texts) {
      const jobs = new Map<string, { text: string; counts: Map<string, number> }>();
      for (const text of texts) if (!jobs.has(text)) jobs.set(text, { text, counts: new Map() });
      let open = [...jobs.values()];
      for (let n = 0; n < MAX_PASSES && open.length > 0; n++) {
        const vendors = vendorFinds(
          open.map(({ text }) => viewOf(headOf(text), marks).text),
          scanVendors,
        );
        open = open.filter((job, i) => {
          const before = job.text;
          job.text = replaced(before, vendors[i], job.counts);
          return job.text !== before;
        });
      }
      for (const job of open) {
        job.text = mark(ERROR_RULE, job.text.length);
        job.counts.set(ERROR_RULE, 1);
      }
      const done = texts.map((text) => jobs.get(text));
      return {
        masked: done.map((job) => job?.text ?? ''),
        byRule: done.map((job) => Object.fromEntries(job?.counts ?? [])),
      };
    },
  };
}

/** The part of a text that is scanned. */
function headOf(text: string): string {
  return text.length > MAX_TEXT_CHARS ? text.slice(0, MAX_TEXT_CHARS) : text;
}

/** What one rule finds, in offsets of the view. */
function findsOf({ id, pattern, accept }: SecretRule, text: string): Find[] {
  const finds: Find[] = [];
  let matchedChars = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    matchedChars += match[0].length;
    if (matchedChars > MAX_MATCHED_CHARS) throw new Error(`${id}: text made to cost time`);
    const places = match.indices?.groups;
    const [start, end] = places?.['quoted'] ??
      places?.['bare'] ??
      places?.['secret'] ?? [match.index, match.index];
    const value = text.slice(start, end);
    const groups = match.groups ?? {};
    if (value !== '' && (!accept || accept({ value, text, start: match.index, valueStart: start, groups }))) {
      finds.push({ rule: id, start, end: value.length >= MAX_VALUE_CHARS ? text.length : end });
    } else if (start > match.index) pattern.lastIndex = start;
  }
  return finds;
}

/** What the vendor rules find, per text; `undefined` where the scan failed. */
function vendorFinds(
  texts: readonly string[],
  scan: ReturnType<typeof createVendorScanner>,
): (Find[] | undefined)[] {
  const found = texts.map((): Find[] | undefined => []);
  let chunk: { index: number; text: string }[] = [];
  let chars = 0;
  const flush = (): void => {
    try {
      const finds = scan(chunk.map(({ text }) => text).join(SEPARATOR));
      let start = 0;
      for (const { index, text } of chunk) {
        const end = start + text.length;
        for (const find of finds) {
          if (find.start >= end || find.end <= start) continue;
          const [from, to] = [Math.max(find.start, start) - start, Math.min(find.end, end) - start];
          found[index]?.push({ rule: find.rule, start: from, end: to });
        }
        start = end + SEPARATOR.length;
      }
    } catch {
      for (const { index } of chunk) found[index] = undefined;
    }
    chunk = [];
    chars = 0;
  };
  texts.forEach((text, index) => {
    if (!mayHoldToken(text)) return;
    if (chunk.length >= MAX_JOINED || chars + text.length > MAX_JOINED_CHARS) flush();
    chunk.push({ index, text });
    chars += text.length;
  });
  if (chunk.length > 0) flush();
  return found;
}

function located(find: Find, view: View): Find {
  return { rule: find.rule, ...view.origin(find) };
}

/** Finds that overlap become one, named after the one that starts first. */
function merged(finds: readonly Find[]): Find[] {
  const out: Find[] = [];
  for (const find of finds.toSorted((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && find.start < last.end) out[out.length - 1] = { ...last, end: Math.max(last.end, find.end) };
    else out.push(find);
  }
  return out;
}

/** Earlier marks stay as they are. */
function withoutMarks(finds: readonly Find[], { marks }: View): Find[] {
  return finds.flatMap(({ rule, start, end }) => {
    const pieces: Find[] = [];
    let from = start;
    for (const taken of marks) {
      if (taken.end <= from || taken.start >= end) continue;
      if (taken.start > from) pieces.push({ rule, start: from, end: taken.start });
      from = taken.end;
    }
    if (from < end) pieces.push({ rule, start: from, end });
    return pieces;
  });
}

/** The text with marks in place of the finds, cut off at `limit`. */
function rewritten(
  text: string,
  finds: readonly Find[],
  { marks }: View,
  limit: number,
  counts: Map<string, number>,
): string {
  let out = '';
  let at = 0;
  for (const { rule, start, end } of finds) {
    if (start >= limit) break;
    out += text.slice(at, start) + mark(rule, end - start);
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    at = end;
  }
  if (limit === text.length) return out + text.slice(at);
  const end = marks.find((taken) => taken.start < limit && taken.end > limit)?.start ?? limit;
  const kept = Math.max(at, end);
  return `${out}${text.slice(at, kept)}…[cut:${Buffer.byteLength(text.slice(kept))}]`;
}
