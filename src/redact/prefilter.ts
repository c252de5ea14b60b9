/** Cheap tests that tell which texts are worth a closer look; most are not. */
import type { SecretRule } from './secret-rule.ts';

/** A run of token characters this long, with a digit or capital in it, may be a token. */
const LONG_RUN_CHARS = 20;
/** The same with slashes, as in base64; a digit and a capital must be in it. */
const LONG_SLASHED_RUN_CHARS = 32;

const DIGIT = 2;
const CAPITAL = 4;
const SLASH = 8;
/** Character code → 0 for what ends a run, else its kind as a bit. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/[0-9]/.test(char)) return DIGIT;
  if (/[A-Z]/.test(char)) return CAPITAL;
  if (char === '/') return SLASH;
  return /[a-z_+-]/.test(char) ? 1 : 0;
});

/** Does the text hold a run of characters that may be a key? A loop: three times as fast as the pattern. */
function hasLongRun(text: string): boolean {
  let run = 0;
  let kinds = 0;
  let slashedRun = 0;
  let slashedKinds = 0;
  for (let i = 0; i < text.length; i++) {
    const kind = KINDS[text.charCodeAt(i)] ?? 0;
    if (kind === 0 || kind === SLASH) {
      run = 0;
      kinds = 0;
      slashedRun = kind === 0 ? 0 : slashedRun + 1;
      if (kind === 0) slashedKinds = 0;
      continue;
    }
    kinds |= kind;
    slashedKinds |= kind;
    if (++run >= LONG_RUN_CHARS && (kinds & (DIGIT | CAPITAL)) !== 0) return true;
    if (
      ++slashedRun >= LONG_SLASHED_RUN_CHARS &&
      (slashedKinds & DIGIT) !== 0 &&
      (slashedKinds & CAPITAL) !== 0
    )
      return true;
  }
  return false;
}

/** May a vendor rule match? Each needs a long run, a URL, or a PEM header. */
export function mayHoldToken(text: string): boolean {
  return hasLongRun(text) || text.includes('://') || text.includes('PRIVATE KEY');
}

/** Which rules are worth running on a text, in their order: one walk over the text instead of a search per hint. */
export function createRuleFilter(rules: readonly SecretRule[]): (text: string) => readonly SecretRule[] {
  const hintsOf = (rule: SecretRule): readonly string[] => (rule.hints === 'long-run' ? [] : rule.hints);
  const all = new Set(rules.flatMap(hintsOf));
  // A hint that contains another one can be found by the other.
  const least = [...all].filter((hint) => ![...all].some((other) => other !== hint && hint.includes(other)));
  const rulesOf = new Map(
    least.map((hint) => [
      hint,
      rules.filter((rule) => hintsOf(rule).some((longer) => longer.includes(hint))),
    ]),
  );
  const onLongRun = rules.filter((rule) => rule.hints === 'long-run');
  const literals = least.map((hint) => hint.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const anyHint = new RegExp(literals.join('|'), 'gi');

  return (text) => {
    const seen = new Set<string>();
    anyHint.lastIndex = 0;
    for (let match = anyHint.exec(text); match !== null; match = anyHint.exec(text)) {
      seen.add(match[0].toLowerCase());
      // Hints may overlap.
      anyHint.lastIndex = match.index + 1;
    }
    const chosen = new Set(hasLongRun(text) ? onLongRun : []);
    for (const hint of seen) for (const rule of rulesOf.get(hint) ?? []) chosen.add(rule);
    if (chosen.size === 0) return [];
    const lower = text.toLowerCase();
    return rules.filter(
      (rule) =>
        chosen.has(rule) && (rule.hints === 'long-run' || rule.hints.some((hint) => lower.includes(hint))),
    );
  };
}
