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

/** Codes below this are looked up by pairs; a hint is ASCII and has two characters at least. */
const ASCII = 128;

/**
 * Tells which of some literals are in a text, in one walk: a table of the first two characters says where to look closer.
 * @param literals lower-case ASCII, two characters or more
 * @throws Error on a literal that could never be found
 */
function createFinder(literals: readonly string[]): (lower: string) => readonly string[] {
  const pairOf = (text: string, at: number): number => text.charCodeAt(at) * ASCII + text.charCodeAt(at + 1);
  const byPair = new Map<number, string[]>();
  for (const literal of literals) {
    if (!/^[ -@[-~]{2,}$/.test(literal)) throw new Error(`not a hint: ${literal}`);
    const pair = pairOf(literal, 0);
    byPair.set(pair, [...(byPair.get(pair) ?? []), literal]);
  }
  const starts = new Uint8Array(ASCII * ASCII);
  for (const pair of byPair.keys()) starts[pair] = 1;

  return (lower) => {
    const found: string[] = [];
    let first = lower.charCodeAt(0);
    for (let i = 1; i < lower.length; i++) {
      const second = lower.charCodeAt(i);
      if (first < ASCII && second < ASCII && starts[first * ASCII + second] === 1) {
        for (const literal of byPair.get(first * ASCII + second) ?? [])
          if (lower.startsWith(literal, i - 1) && !found.includes(literal)) found.push(literal);
      }
      first = second;
    }
    return found;
  };
}

/** Which rules are worth running on a text, in their order. */
export function createRuleFilter(rules: readonly SecretRule[]): (text: string) => readonly SecretRule[] {
  const hintsOf = (rule: SecretRule): readonly string[] => (rule.hints === 'long-run' ? [] : rule.hints);
  const hints = [...new Set(rules.flatMap(hintsOf))];
  const hintsIn = createFinder(hints);
  const rulesOf = new Map(hints.map((hint) => [hint, rules.filter((rule) => hintsOf(rule).includes(hint))]));
  const onLongRun = rules.filter((rule) => rule.hints === 'long-run');

  return (text) => {
    const always = hasLongRun(text) ? onLongRun : [];
    const found = hintsIn(text.toLowerCase());
    if (found.length === 0) return always;
    const chosen = new Set(always);
    for (const hint of found) for (const rule of rulesOf.get(hint) ?? []) chosen.add(rule);
    return rules.filter((rule) => chosen.has(rule));
  };
}
