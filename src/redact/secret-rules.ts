/**
 * What a secret looks like: the rules, as data (integrity.md §4). They come before secretlint's, which misses what
 * command lines are full of. Forms of vendors' tokens follow the vendors' documentation and gitleaks' rule set (MIT).
 *
 * Every pattern is linear in the text: no quantifier inside a quantifier over the same characters, every unbounded run
 * of characters can be entered at one place only, and what stands before the secret is bounded.
 */
import { isBasicCredential, looksRandom } from './randomness.ts';
import { isHarmlessValue, isSecretAssignment, SECRET_NAME, SECRET_NAME_HINTS } from './secret-names.ts';

export interface SecretRule {
  /** Kebab-case; stands in the mark that replaces the secret. */
  readonly id: string;
  /** Lower-case literals, one of which is in every text the rule can match; `long-run`: 20 token characters on end. */
  readonly hints: readonly string[] | 'long-run';
  /** With flags `dg`; the groups `quoted` and `bare`, or `secret`, are what is masked. */
  readonly pattern: RegExp;
  /** Second look at a match; without it every match counts. */
  readonly accept?: (match: SecretMatch) => boolean;
}

export interface SecretMatch {
  /** What would be masked. */
  readonly value: string;
  readonly text: string;
  /** Where in `text` the whole match and the value start. */
  readonly start: number;
  readonly valueStart: number;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** Longest value a pattern takes; what reaches it is masked to the end of the text. */
export const MAX_VALUE_CHARS = 4096;

/** A word of a command line, a quoted text (also quoted inside JSON inside JSON), or a value of a configuration line. */
const QUOTED = String.raw`\$?(?<quote>\\{0,7}["'])(?!\s)(?<quoted>(?:(?!(?<!\\)\k<quote>)[\s\S]){1,${MAX_VALUE_CHARS}})`;
const BARE_CHAR = String.raw`[^\s"'\x60&|;<>,)}\]\\]|\\[^\s"'nrt]|,(?=[^\s"'])|[)}\]](?=[^\s"'\x60&|;<>,)}\]])`;
const VALUE = `(?:${QUOTED}|(?<bare>(?:${BARE_CHAR}){1,${MAX_VALUE_CHARS}}))`;
/** For patterns that go on after the value: backtracking over it must stay cheap. */
const SHORT_VALUE = VALUE.replaceAll(`{1,${MAX_VALUE_CHARS}}`, '{1,256}');

const rule = (id: string, hints: SecretRule['hints'], pattern: string, flags = 'i'): SecretRule => ({
  id,
  hints,
  pattern: new RegExp(pattern, `dg${flags}`),
});

const judged = (
  id: string,
  hints: SecretRule['hints'],
  pattern: string,
  accept: (match: SecretMatch) => boolean,
  flags = 'i',
): SecretRule => ({ ...rule(id, hints, pattern, flags), accept });

const notHarmless = ({ value }: SecretMatch): boolean => !isHarmlessValue(value);

/** How a short flag takes its value: `-pX`, `-p X`, or both. */
const ATTACHED = '';
const APART = String.raw`["']?[,=\s]\s{0,4}`;
const EITHER = String.raw`["']?[,=]?\s{0,4}`;

/** Programs that take a password after a short flag. */
const PASSWORD_FLAGS: readonly {
  programs: string;
  hints: readonly string[];
  flags: string;
  joint: string;
}[] = [
  {
    programs: 'mysql\\w*|mariadb[\\w-]*|mycli',
    hints: ['mysql', 'mariadb', 'mycli'],
    flags: 'p',
    joint: ATTACHED,
  },
  { programs: '7z[az]?|rar|unrar', hints: ['7z', 'rar'], flags: 'h?p', joint: ATTACHED },
  { programs: 'sshpass', hints: ['sshpass'], flags: 'p', joint: EITHER },
  { programs: 'mongo\\w*|login', hints: ['mongo', 'login'], flags: 'p|w', joint: APART },
  { programs: 'redis-cli|valkey-cli', hints: ['redis-cli', 'valkey-cli'], flags: 'a', joint: APART },
  { programs: 'ldap\\w+', hints: ['ldap'], flags: 'w', joint: APART },
  { programs: 'zip|unzip|sqlcmd|bcp|osql|isql', hints: ['zip', 'sql', 'bcp'], flags: 'P', joint: EITHER },
  { programs: 'plink|pscp|psftp', hints: ['plink', 'pscp', 'psftp'], flags: 'pw', joint: APART },
  { programs: 'openssl', hints: ['openssl'], flags: '[kK]', joint: APART },
];

const flagRules = PASSWORD_FLAGS.map(({ programs, hints, flags, joint }) =>
  judged(
    'password-flag',
    hints,
    String.raw`(?<![\w.-])(?:(?<!/)|(?<=/s?bin/))(?:${programs})["']?[\s,][^\n|]{0,512}?(?<=[\s"'])-(?:${flags})${joint}${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !/^(?:ssh|https|-.*|\d+:\d+)$/.test(value),
    '',
  ),
);

const VENDOR_TOKENS = [
  String.raw`gh[pousr]_\w{20,}`,
  String.raw`github_pat_\w{20,}`,
  String.raw`gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[\w.-]{16,}`,
  String.raw`xox[abeoprs]-[A-Za-z0-9-]{16,}`,
  String.raw`xapp-[A-Za-z0-9-]{16,}`,
  String.raw`npm_\w{20,}`,
  String.raw`pypi-[\w-]{32,}`,
  String.raw`sk-(?=[\w-]{0,64}\d)[\w-]{20,}`,
  String.raw`[rs]k_(?:live|test)_\w{12,}`,
  String.raw`whsec_[\w+/=]{20,}`,
  String.raw`AIza[\w-]{30,}`,
  String.raw`ya29\.[\w-]{20,}`,
  String.raw`GOCSPX-[\w-]{20,}`,
  String.raw`SG\.[\w-]{20,}\.[\w-]{20,}`,
  String.raw`hf_[A-Za-z0-9]{30,}`,
  String.raw`gsk_\w{40,}`,
  String.raw`do[opr]_v1_[a-f0-9]{32,}`,
  String.raw`shp(?:at|ca|pa|ss)_\w{32,}`,
  String.raw`hv[sbr]\.[\w-]{20,}`,
  String.raw`dapi[a-f0-9]{32}`,
  String.raw`dckr_pat_[\w-]{20,}`,
  String.raw`ATATT3[\w=-]{20,}`,
  String.raw`AGE-SECRET-KEY-1[A-Z0-9]{20,}`,
  String.raw`lin_api_\w{20,}`,
  String.raw`NRAK-[A-Z0-9]{20,}`,
  String.raw`PMAK-[\w-]{20,}`,
  String.raw`figd_[\w-]{20,}`,
  String.raw`tskey-[\w-]{20,}`,
  String.raw`gl(?:sa|c)_[\w+/=]{32,}`,
  String.raw`ops_ey[\w+/=-]{20,}`,
  String.raw`\d{8,10}:AA[\w-]{30,}`,
].join('|');

const SECRET_FILE =
  /\.env\b|\.(?:pem|key|p12|pfx|jks)\b|id_(?:rsa|dsa|ecdsa|ed25519)|credential|secret|\.netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|\.my\.cnf|kubeconfig|passw|token/i;

/** The order settles the name where two rules meet. */
export const SECRET_RULES: readonly SecretRule[] = [
  // To the footer, or, where that was cut off, as far as it looks like base64.
  rule(
    'private-key',
    ['private key'],
    String.raw`(?<secret>-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----(?:(?:[A-Za-z0-9+/=\s\\:,."'()_]|-(?!----)){0,16384}?-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----|(?:[\s"'+]|\\[nr]){0,8}[A-Za-z0-9+/]{8}[A-Za-z0-9+/=\s\\:,"'-]{0,16384}))`,
    '',
  ),
  // Its last lines, where the header was cut off.
  rule(
    'private-key',
    ['private key'],
    String.raw`(?<![A-Za-z0-9+/])(?<secret>[A-Za-z0-9+/=]{8,128}(?:\s|\\n){1,4}-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----)`,
    '',
  ),
  // Base64 of "-----BEGIN ", wrapped or not.
  rule(
    'private-key',
    ['ls0tls1crudjti'],
    String.raw`(?<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/]{8,}(?:(?:\s|\\n){1,4}[A-Za-z0-9+/]{16,}){0,256}={0,2})`,
    '',
  ),
  rule(
    'url-password',
    ['://'],
    String.raw`[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#@"'<>:]{0,128}:(?!\d{1,5}(?:\/|@?$))(?<secret>[^\s"'<>@]{1,256}(?:@[^\s"'<>@/]{1,128}(?=@))?)(?=@(?!sha256:))`,
  ),
  judged('url-token', ['://'], String.raw`:\/\/(?<secret>[\w.~%+-]{16,512})(?::[\w-]{0,32})?@`, ({ value }) =>
    /\d/.test(value),
  ),
  rule(
    'url-webhook',
    ['hooks', 'webhook'],
    String.raw`(?:hooks\.slack\.com\/(?:services|workflows)\/|discord(?:app)?\.com\/api\/webhooks\/\d{1,24}\/|webhook\.office\.com\/webhookb2\/)(?<secret>[\w/@.-]{8,256})`,
  ),
  judged(
    'url-parameter',
    [
      'key',
      'token',
      'secret',
      'sig',
      'pass',
      'pwd',
      'auth',
      'credential',
      'session',
      'jwt',
      'code',
      'assertion',
    ],
    String.raw`[?&;](?:[\w.-]{0,40}[._-])?(?:access_?token|\w{0,16}token|api_?key|key|\w{0,16}secret|sig|signature|passw(?:or)?d|pass|pwd|auth|session(?:_?id)?|credentials?|jwt|code|assertion)=(?<secret>[^&\s"'#<>\\]{6,4096})`,
    ({ value }) => !isHarmlessValue(value) && !/^\d{1,6}$/.test(value),
  ),
  // Written with a quote around the header, to the quote; otherwise scheme and one word.
  judged(
    'auth-header',
    ['authorization', 'cookie'],
    String.raw`(?<outer>\\{0,7}["'])(?:(?:proxy-)?authorization|(?:set-)?cookie)\s{0,4}:\s{0,4}(?:(?:bearer|basic|token|digest|negotiate|apikey)\s{1,4})?(?<secret>(?:(?!(?<!\\)\k<outer>)[^\r\n]){1,${MAX_VALUE_CHARS}})`,
    notHarmless,
  ),
  judged(
    'auth-header',
    ['authorization'],
    String.raw`authorization["'\]\\]{0,8}(?:\s|\\\s){0,4}[:=](?:\s|\\\s){0,4}["'\\]{0,8}(?:(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256)(?:\s|\\\s){1,4})?(?<secret>[^\s"'\x60]{1,${MAX_VALUE_CHARS}})`,
    notHarmless,
  ),
  judged(
    'bearer',
    ['bearer'],
    String.raw`bearer(?:\s|\\\s|%20|\+){1,4}(?<secret>[\w.~+/-]{12,}={0,2})`,
    ({ value }) => !isHarmlessValue(value) && (/\d/.test(value) || value.length >= 24),
  ),
  judged('basic', ['basic'], String.raw`basic\s{1,4}(?<secret>[\w+/-]{8,}={0,2})`, ({ value }) =>
    isBasicCredential(value),
  ),
  rule(
    'aws-key-id',
    'long-run',
    String.raw`(?<![A-Z0-9])(?<secret>(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Z0-9])`,
    '',
  ),
  rule(
    'jwt',
    ['eyj'],
    String.raw`(?<![A-Za-z0-9])(?<secret>eyJ[\w-]{6,1024}\.[\w-]{8,}(?:\.[\w-]{0,65536}){0,3})`,
    '',
  ),
  rule('vendor-token', 'long-run', String.raw`(?<![A-Za-z0-9])(?<secret>${VENDOR_TOKENS})`, ''),
  judged(
    'here-document',
    ['<<'],
    String.raw`<<[-~]?[ \t]{0,4}\\?["']?(?<end>\w{1,64})["']?(?<rest>[^\n]{0,1024})\n(?<secret>[\s\S]{1,65536}?)(?=\n[ \t]*\k<end>[ \t]*(?:\n|$)|$)`,
    ({ text, start, groups }) =>
      SECRET_FILE.test(
        text.slice(Math.max(0, start - 512), start).replace(/^[\s\S]*\n/, '') + (groups['rest'] ?? ''),
      ),
    '',
  ),
  judged(
    'assignment',
    SECRET_NAME_HINTS,
    String.raw`(?<name>(?:${SECRET_NAME})[a-z0-9_.-]{0,32})(?<separator>["'\]\\]{0,8}\s{0,8}(?:=>|:=|={1,3}|:|%3[ad])\s{0,8})${VALUE}`,
    ({ value, text, start, groups }) =>
      isSecretAssignment({
        name: groups['name'] ?? '',
        before: text.slice(Math.max(0, start - 128), start),
        separator: groups['separator'] ?? '',
        quote: groups['quote'] ?? '',
        value,
      }),
  ),
  judged(
    'assignment',
    ['%3d', '%3a'],
    String.raw`(?:${SECRET_NAME})(?:%22|%5c|%27){0,4}%3[ad](?:%20|%22|%5c|%27){0,4}(?<secret>(?:(?!%2[267c]|%7d)[^\s"'&]){1,${MAX_VALUE_CHARS}})`,
    notHarmless,
  ),
  // `--password x`, `--docker-password x`, `-storepass x`, also as neighbours in a JSON array.
  judged(
    'secret-flag',
    SECRET_NAME_HINTS,
    String.raw`(?<![\w-])--?(?:[a-z0-9]{1,24}-){0,4}(?:passw(?:or)?d|passphrase|pass|storepass|keypass|token|secret|secret-?key|access-?key|api-?key|auth-?key|account-?key|bearer|credentials)["']?(?:,\s{0,4}|\s{1,4}|\\\s)${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !/^(?:-|id=|type=|src=)/.test(value),
  ),
  rule('secret-flag', ['literal'], String.raw`--from-literal["']?[=\s,]{1,2}["']?[\w.-]{1,128}=${VALUE}`),
  judged(
    'user-password',
    ['curl', 'wget', 'http'],
    String.raw`(?<=[\s"'])(?:-u|-U|--user|--proxy-user|--auth|-a)["']?(?:=|,\s{0,4}|\s{0,4})["']?(?<user>[^\s:"'=]{1,128}):(?<secret>[^\s"']{1,512})`,
    ({ value, groups }) =>
      !isHarmlessValue(value) && !value.startsWith('//') && !/^\d+$/.test((groups['user'] ?? '') + value),
    '',
  ),
  rule(
    'user-password',
    ['smb', 'rpcclient'],
    String.raw`(?<=\s)(?:-U\s{0,4}|--user=)["']?[\w.\\-]{1,64}%(?<secret>[^\s"']{1,256})`,
    '',
  ),
  ...flagRules,
  judged('password-source', ['pass:'], String.raw`(?<=[\s"'=])pass:${VALUE}`, notHarmless, ''),
  // `aws configure set aws_secret_access_key x`, `npm config set //host/:_authToken x`
  judged(
    'setting',
    ['set', 'config'],
    String.raw`\b(?:set|config)\s{1,4}(?:--?[\w-]{1,32}\s{1,4}){0,4}(?<name>[^\s="']{0,96}(?:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key)[^\s="']{0,64})\s{1,4}${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !value.startsWith('-'),
  ),
  judged(
    'setting',
    ['secret set'],
    String.raw`secret set\s[^\n|]{0,256}?\s(?:--body|-b)[=\s]\s{0,4}${VALUE}`,
    notHarmless,
  ),
  // Passwords that are fed to a program's standard input.
  judged(
    'piped-password',
    ['sudo', 'stdin', 'chpasswd', 'smbpasswd', 'cryptsetup', 'with-token', 'passphrase-fd', 'vault login'],
    String.raw`\b(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4}){0,2}${SHORT_VALUE}["'\\]{0,8}\s{0,8}\|[^|\n]{0,256}?(?:sudo\s[^|\n]{0,64}?-S|-stdin|chpasswd|smbpasswd|cryptsetup|with-token|passphrase-fd|vault login)`,
    notHarmless,
  ),
  judged(
    'piped-password',
    ['<<<'],
    String.raw`(?:sudo\s[^|\n<]{0,64}?-S|-stdin|chpasswd|smbpasswd|cryptsetup|with-token|passphrase-fd|vault login)[^|\n<]{0,256}<<<\s{0,4}${VALUE}`,
    notHarmless,
  ),
  judged(
    'password-argument',
    ['htpasswd'],
    String.raw`htpasswd\s{1,4}-\w{0,6}b\w{0,6}\s{1,4}(?:[^\s-]\S{0,255}\s{1,4}){1,2}(?<secret>[^\s;|&><]{1,256})(?=\s{0,4}(?:$|[\n;|&>]))`,
    notHarmless,
    '',
  ),
  judged(
    'password-argument',
    ['securestring'],
    String.raw`ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?${VALUE}`,
    notHarmless,
  ),
  rule(
    'sql-password',
    ['identified', 'with password', 'encrypted password', 'set password'],
    String.raw`(?:identified\s{1,4}(?:with\s{1,4}[\w"']{1,64}\s{1,4})?by|(?:with|encrypted)\s{1,4}password|set\s{1,4}password(?:\s{1,4}for\s{1,4}\S{1,128})?\s{0,4}=)\s{0,4}\\{0,7}${VALUE}`,
  ),
  rule('netrc', ['login'], String.raw`\blogin\s{1,8}\S{1,256}\s{1,8}password\s{1,8}(?<secret>\S{1,512})`),
  rule(
    'oracle-password',
    ['oracle:', 'sqlplus', 'sqlldr', 'expdp', 'impdp'],
    String.raw`(?:oracle:thin:|\b(?:sqlplus|sqlldr|expdp|impdp)\s{1,4}(?:-\w{1,8}\s{1,4}){0,4})["']?[\w$]{1,64}\/(?<secret>[^\s@"'/]{1,128})`,
  ),
  judged(
    'high-entropy',
    'long-run',
    String.raw`(?<secret>[A-Za-z0-9+/_-]{32,}={0,2})`,
    ({ value, text, valueStart }) => looksRandom(value, text.slice(Math.max(0, valueStart - 48), valueStart)),
    '',
  ),
];
