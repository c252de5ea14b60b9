/** When a name and a value beside each other are a secret: `DB_PASSWORD=…`, `"token": "…"`, `X-Api-Key: …`. */
import { isBasicCredential } from './randomness.ts';

const KEYED =
  'api|access|secret|private|signing|encryption|account|shared|subscription|functions|master|license|app|auth|' +
  'service|application|storage|consumer|crypt|hmac|session|cookie|client|deploy|admin|write|ingest';
const STRONG = `passw(?:or)?d|passphrase|passcode|pwd|secret|token|jwt|credential|(?:${KEYED})[_ -]?key`;

/** The part of a name that makes it a secret's; for use inside a case-insensitive pattern. */
export const SECRET_NAME = `${STRONG}|pass|pw|auth|[a-z0-9]_key`;

/** Lower-case literals, one of which is in every text with a secret's name. */
export const SECRET_NAME_HINTS = [
  'pass',
  'pw',
  'secret',
  'token',
  'jwt',
  'credential',
  'auth',
  'key',
] as const;

const STRONG_NAME = new RegExp(`(?:${STRONG})(?<suffix>[a-z0-9_.-]{0,32})$`, 'i');
/** Words that count as a segment of their own (`_auth`, not `author`), and only with a value that looks like a key. */
const WEAK_NAME = /(?<![a-z])(?:auth|key)(?<suffix>(?![a-z])[a-z0-9_.-]{0,32})$/i;
/** `DB_PASS`, `ldappass`, `smtpPw`; not `passed`. */
const SHORT_NAME = /(?:pass|(?<![a-z])pw|(?<=[a-z])Pw)(?<suffix>(?![a-z])[a-z0-9_.-]{0,32})$/i;
const WORD_IN_PASS = /(?:by|com|tres|sur|under|over|multi|single|first|second|next|last|one|two)[ _-]?$/i;
/** What follows the word and makes it a property of the secret, not the secret: `token_file`, `passwordLength`. */
const PROPERTY =
  /(?:files?|paths?|dir|names?|ids?|url|uri|types?|count|len|length|size|limit|policy|ttl|expir\w*|format|fields?|regex|pattern|endpoint|version|manager|store|stdin|provider|arn|ref|mode|prefix|index|bytes|flag|required|enabled|[ei]z\w*|\.[a-z]{1,5})$/i;
const PASSWORD_NAME = /pass|pwd/i;

/**
 * How surely a name is a secret's; `weak` names need a value that looks like a key.
 * @param before the text in front of `name`
 */
function nameKind(name: string, before: string): 'strong' | 'weak' | undefined {
  const strong = STRONG_NAME.exec(name);
  if (strong) {
    const lead = before.slice(-16) + name.slice(0, strong.index);
    // The shell's own working directory.
    if (strong[0] === 'PWD' && /(?:^|[^A-Za-z0-9_])(?:OLD)?$/.test(lead)) return undefined;
    const isReference = PROPERTY.test(strong.groups?.['suffix'] ?? '') || /existing[_-]?$/i.test(lead);
    return isReference ? undefined : 'strong';
  }
  const whole = before.slice(-16) + name;
  const short = SHORT_NAME.exec(whole);
  const found = short ?? WEAK_NAME.exec(whole);
  if (!found || PROPERTY.test(found.groups?.['suffix'] ?? '')) return undefined;
  if (!short) return 'weak';
  return WORD_IN_PASS.test(whole.slice(0, short.index)) ? undefined : 'strong';
}

/** Files that are made to hold secrets. */
export const SECRET_FILE =
  /\.env\b|\.(?:pem|key|p12|pfx|jks)\b|id_(?:rsa|dsa|ecdsa|ed25519)|credential|secret|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|\.my\.cnf|kubeconfig|passw|token/i;
/** Tags of YAML in front of another place's name, not of a value. */
export const YAML_REFERENCE = String.raw`(?:Ref|GetAtt|ImportValue|FindInMap|Select|If|secret|include|reference|env\w{0,8})\b`;
/** A variable, template or command in place of a value: nothing to hide. */
const REFERENCE =
  /^(?:\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+|[0-9@*#?])|\$\{\w+\}?|\$\{\w+:\?.*|\$\{\{.*|\$\(.*|%\w+%|\{\{.*|<[\w -]+>?|\{[\w.$]*\}?|\/\{.*|\.[*+].*|\\[sSwWdDb].*)$/s;
/** `required|min:8`, `YOUR_API_KEY` */
const STAND_IN = /^(?:(?:required|nullable|sometimes)\|[\w|:,]+|your[a-z_-]+)$/i;
const YAML_TAG = new RegExp(`^!${YAML_REFERENCE}$`);
/** Nothing but the signs of a placeholder or of an earlier masking. */
const BLANK = /^[*x.•#_?|/+:;=~!$\-\s\x9f\xb7]*$/i;
const WORDS =
  /^(?:true|false|null|nil|none|undefined|yes|no|string|str|String|number|int|bool|boolean|any|unknown|object|bytes|readonly|Buffer|optional|inherit|required|invalid|expected|unexpected|missing|expired|not|must|is|was|has|please|cannot|failed|denied|unauthorized|found|granted|the|an?|to|for|in|of|or|and|with|on|at)[.,:;!?]*$/i;
const KNOWN_PATH =
  /^(?:file:|env:|op:|vault:|arn:|@(?:-$|[./~]|\w+\.\w)|~\/|\.{1,2}\/|\/(?:run|etc|home|var|tmp|usr|opt|root|mnt|Users|dev|proc|srv|app|secrets?|workspace|work)\/)/;
const CODE =
  /^(?:await|new|async|function|lambda|self\.|this\.|req\.|process\.env|os\.|import\.meta)|^:?[A-Za-z_$](?:[\w$.]|::)*\(/;
/** What stands for a type in Python, Rust and Java. */
const TYPE =
  /^(?:Option(?:al)?|Union|List|Dict|Vec|Promise|Annotated|Mapped|Secret(?:Str(?:ing)?)?|SecureString|Zeroizing)(?:[[<].*)?[,;]?$/;
const DOTTED_CODE = /^[A-Za-z_]+(?:\.[A-Za-z_]+)+;?$/;
/** A list, object or expression; only without quotes around it. */
const BRACKETED = /^[[({](?!redacted:)/;
/** A word of a sentence, where a token would have digits: `invalid token: returns 401`. */
const PROSE = /^[a-z]{1,12}[.,;]?$/;
const SMALL_NUMBER = /^[-+]?\d{1,6}(?:\.\d+)?$/;

/** `("DB_PASSWORD", "…")`, `tokens = ["…"]`, `- …` below, `.toBe("…")`: other names stand there just as well. */
const LISTED = /^[^:=]*,|[[(]\s*$|-[ \t]+$/;

/** Can this value, on its own, not be a secret? */
export function isHarmlessValue(value: string): boolean {
  return (
    value.length < 2 ||
    [BLANK, WORDS, KNOWN_PATH, REFERENCE, YAML_TAG, STAND_IN].some((pattern) => pattern.test(value))
  );
}

export interface Assignment {
  readonly name: string;
  /** The text in front of the name. */
  readonly before: string;
  /** What stands between name and value, quotes and blanks included. */
  readonly separator: string;
  /** The quote that opens the value, `` if none. */
  readonly quote: string;
  readonly value: string;
}

/** Is the value of this assignment a secret? Rather one too many: only what is surely harmless is let through. */
export function isSecretAssignment({ name, before, separator, quote, value }: Assignment): boolean {
  // `grep "token:" *.ts | …`: the quote closes a word that began before the name.
  if (quote !== '' && /^\s*[=:]/.test(separator) && opensBefore(before, quote)) return false;
  const kind = nameKind(name, before);
  if (kind === undefined || isHarmlessValue(value)) return false;
  if (LISTED.test(separator)) return looksLikeKey(value);
  if (!PASSWORD_NAME.test(name) && SMALL_NUMBER.test(value)) return false;
  // `--- PASS: TestFoo`
  if (name === 'PASS' && /:\s/.test(separator)) return false;
  if (sameWord(name, value)) return false;
  if (kind === 'weak') {
    const isVariable = /[A-Z]_AUTH$/.test(before.slice(-2) + name) && separator === '=';
    return isBasicCredential(value) || (value.length >= (isVariable ? 8 : 16) && isMixed(value));
  }
  if (quote !== '') return true;
  if (CODE.test(value) || TYPE.test(value) || BRACKETED.test(value)) return false;
  // The first name in a block.
  if (separator.includes('\n') && value.endsWith(':')) return false;
  if (/:\s/.test(separator) && PROSE.test(value) && !/pass|pwd|secret/i.test(name)) return false;
  if (/\s[=:]?=\s/.test(separator) && DOTTED_CODE.test(value)) return false;
  // `image/token-service:1.2`, `file.ts:secret:12`: a colon without a blank rarely assigns.
  return separator !== ':' || (looksLikeKey(value) && !isVersion(value));
}

/** `connect(password=password, token=self.token)` */
function sameWord(name: string, value: string): boolean {
  const bare = (text: string): string => text.replaceAll(/[_-]/g, '').toLowerCase();
  return /^[a-z_.-]+$/i.test(value) && bare(value.slice(value.lastIndexOf('.') + 1)) === bare(name);
}

/** Long enough for a secret, with digits and letters: what no other word of a list is. */
export function looksLikeKey(value: string): boolean {
  return value.length >= 8 && isMixed(value);
}

function isMixed(value: string): boolean {
  return /\d/.test(value) && /[a-z]/i.test(value);
}

function opensBefore(before: string, quote: string): boolean {
  let end = before.length;
  while (end > 0 && /[\w.-]/.test(before.charAt(end - 1))) end--;
  return before.endsWith(quote, end);
}

function isVersion(value: string): boolean {
  return /^v?\d+(?:\.\d+)+[\w.+-]{0,24}$/.test(value);
}
