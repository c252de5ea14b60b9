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
 * Finds some literals in a text, in one walk: a table of the first two characters says where to look closer.
 * @param literals lower-case ASCII, two characters or more
 * @returns a function that calls `onFound` with a literal's number, once or more for each that is in the text
 * @throws Error on a literal that could never be found
 */
function createFinder(
  literals: readonly string[],
): (lower: string, onFound: (number: number) => void) => void {
  const byPair = new Map<number, number[]>();
  literals.forEach((literal, number) => {
    if (!/^[ -@[-~]{2,}$/.test(literal)) throw new Error(`not a hint: ${literal}`);
    const pair = literal.charCodeAt(0) * ASCII + literal.charCodeAt(1);
    byPair.set(pair, [...(byPair.get(pair) ?? []), number]);
  });
  const starting = [[], ...byPair.values()];
  const startingAt = new Uint16Array(ASCII * ASCII);
  [...byPair.keys()].forEach((pair, i) => {
    startingAt[pair] = i + 1;
  });

  return (lower, onFound) => {
    let first = lower.charCodeAt(0);
    for (let i = 1; i < lower.length; i++) {
      const second = lower.charCodeAt(i);
      const group = first < ASCII && second < ASCII ? (startingAt[first * ASCII + second] ?? 0) : 0;
      if (group !== 0)
        for (const number of starting[group] ?? [])
          if (lower.startsWith(literals[number] ?? '', i - 1)) onFound(number);
      first = second;
    }
  };
}

/** Which rules are worth running on a text, in their order. */
export function createRuleFilter(rules: readonly SecretRule[]): (text: string) => readonly SecretRule[] {
  const hintsOf = (rule: SecretRule): readonly string[] => (rule.hints === 'long-run' ? [] : rule.hints);
  const hints = [...new Set(rules.flatMap(hintsOf))];
  const findHints = createFinder(hints);
  const rulesOf = hints.map((hint) => rules.flatMap((rule, i) => (hintsOf(rule).includes(hint) ? [i] : [])));
  const onLongRun = rules.flatMap(({ hints }, i) => (hints === 'long-run' ? [i] : []));
  const isChosen = new Uint8Array(rules.length);
  const choose = (numbers: readonly number[]): void => {
    for (const number of numbers) isChosen[number] = 1;
  };
  const chooseOf = (hint: number): void => choose(rulesOf[hint] ?? []);

  return (text) => {
    isChosen.fill(0);
    if (hasLongRun(text)) choose(onLongRun);
    findHints(text.toLowerCase(), chooseOf);
    return isChosen.includes(1) ? rules.filter((_, i) => isChosen[i] === 1) : NO_RULES;
  };
}

const NO_RULES: readonly SecretRule[] = [];
