/** Secrets that the text around them gives away: URLs, headers, names, documents, statements. */
import { isBasicCredential } from './randomness.ts';
import {
  isHarmlessValue,
  isSecretAssignment,
  SECRET_FILE,
  SECRET_NAME,
  SECRET_NAME_HINTS,
  YAML_REFERENCE,
} from './secret-names.ts';
import {
  judged,
  MAX_VALUE_CHARS,
  notHarmless,
  rule,
  VALUE,
  type SecretMatch,
  type SecretRule,
  textBefore,
} from './secret-rule.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BEFORE_QUOTE = String.raw`\s{0,8}(?=[bfru]?\\{0,7}["'])`;
/** What a separator may start with: most names are followed by something else, and are done with sooner. */
const BEFORE_SEPARATOR = String.raw`[\s"'\\\]):=%<|?!]`;
/** One word on the rest of the line: not another name. */
const ALONE = String.raw`(?=["']?[^\s:="']{1,512}={0,2}["']?[ \t]{0,8}(?:[\r\n]|$))`;
const PLAIN_SEPARATOR = String.raw`["'\]\\]{0,8}\s{0,8}(?:=>|:=|={1,3}|:|%3[ad])\s{0,8}`;
/** Calls that make a secret of a literal. */
const WRAPPER = String.raw`String::from|Some|Secret\w{0,16}(?:::\w{1,16})?|new\s\w{0,16}(?:String|Secret)\w{0,16}|Buffer\.from|atob|(?:base64\.)?b64decode|\[\]byte|bytes|str`;
/** Between a name and its value; what an ordinary assignment would take for the value stands first. */
const SEPARATOR = [
  // `key: str = "…"`, `KEY: &'static str = "…"`
  String.raw`\s{0,4}:\s{0,4}(?:&(?:'\w{1,16}\s)?)?(?:str|string|bytes|any|unknown)\s{0,4}=${BEFORE_QUOTE}`,
  // `keys: ["…"`
  String.raw`["'\\]{0,8}\s{0,4}[:=]\s{0,4}\[${BEFORE_QUOTE}`,
  // `key := String::from("…")`
  String.raw`\s{0,4}:?[:=]\s{0,4}(?:${WRAPPER})\(\s{0,4}(?=[bfru]?\\{0,7}["'])`,
  // `key: &anchor …`, `key: !!str …`, but no `key: !Ref …`
  String.raw`["']?:[ \t]{1,4}(?:&|!(?!${YAML_REFERENCE}))[\w!./-]{1,64}[ \t]{1,4}(?=\S)`,
  // `key: |` and a line below
  String.raw`["']?:\s{0,4}[|>][-+]?[ \t]{0,4}\r?\n[ \t]{1,16}${ALONE}`,
  // `keys:` and `- …` below
  String.raw`["']?:[ \t]{0,4}\r?\n[ \t]{0,16}-[ \t]{1,4}${ALONE}`,
  // `'… password='\''…'\'''`, as a shell writes a quote in a quoted text
  String.raw`\s{0,4}[:=]\s{0,4}'(?:\\'|"'")'`,
  PLAIN_SEPARATOR,
  // `setenv("KEY", "…")`, `env.KEY || "…"`, `key != "…"`
  String.raw`(?:\\{0,7}["']\]?\s{0,4},|["'\])]{0,4}\s{0,4}(?:\|\||\?\?|!==?))${BEFORE_QUOTE}`,
  // `expect(user.password).toBe("…")`
  String.raw`\)\.to[a-z]{2,16}\(${BEFORE_QUOTE}`,
  // `<key>password</key> <string>…`
  String.raw`<\/key>\s{0,16}<string>`,
].join('|');
const IS_PLAIN = new RegExp(`^(?:${PLAIN_SEPARATOR})$`, 'i');
const MAX_URL_PASSWORD_CHARS = 512;
/** Parameters that are as often the number of an issue. */
const SHORT_ALSO_HARMLESS = /^ticket$/i;
/** Schemes whose credentials go on to the end of the line. */
const LONG_SCHEME = '(?:digest|aws4-hmac-sha256|oauth|hawk|signature)';

/**
 * Does the quote that ends the value seem to open the next text (`token != "a password: "b`)? Then the value is none; but
 * that of a plain assignment goes all the same.
 */
function isCutShort({
  text,
  value,
  valueStart,
  groups: { quote = '', separator = '' },
}: SecretMatch): boolean {
  if (quote === '' || IS_PLAIN.test(separator)) return false;
  return /\w/.test(text.charAt(valueStart + value.length + quote.length));
}

/** `username="…", response="…"` */
function isParameters({ value }: SecretMatch): boolean {
  return value.includes('=');
}

/** Secrets in URLs, headers, assignments, here-documents, SQL and connection strings. */
export const PLACE_RULES: readonly SecretRule[] = [
  // The scheme is looked for behind its end: else every letter of it would be a start of its own. With one slash too: a
  // URL that was given for a path loses the other. What no `@` follows is matched too, so that it is read once.
  judged(
    'url-password',
    [':/'],
    String.raw`:\/\/?(?<=[a-z][a-z0-9+.-]{1,20}:\/\/?)[^\s/?#@"'<>:]{0,128}:(?!\d{1,5}(?:\/|@?$))(?:(?<secret>[^\s"'<>@]+(?:@[^\s"'<>@/]{1,128}(?=@))?)(?=@(?!sha256:))|[^\s"'<>@]+)`,
    ({ value }) => value.length <= MAX_URL_PASSWORD_CHARS && !isHarmlessValue(value),
  ),
  judged(
    'url-token',
    [':/'],
    String.raw`:\/\/?(?<secret>[\w.~%+-]{16,512})(?=(?::[\w-]{0,32})?@)`,
    ({ value }) => /\d/.test(value),
  ),
  rule(
    'url-webhook',
    ['hooks', 'webhook', 'infura', 'alchemy', 'ifttt'],
    String.raw`(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,24}\/|webhook\.office\.com\/webhookb2\/|outlook\.office(?:365)?\.com\/webhook\/|ifttt\.com\/trigger\/[\w-]{1,64}(?:\/json)?\/with\/key\/|infura\.io\/v3\/|alchemy\.com\/v2\/)(?<secret>[\w/@.-]{8,256})`,
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
      'ticket',
    ],
    String.raw`[?&;](?:[\w.-]{0,40}[._-])?(?<name>access_?token|\w{0,16}token|api_?key|key|\w{0,16}secret|sig|signature|passw(?:or)?d|pass|pwd|auth|session(?:_?id)?|credentials?|jwt|code|assertion|ticket)=(?<secret>[^&\s"'#<>\\]{6,4096})`,
    ({ value, groups: { name = '' } }) =>
      !isHarmlessValue(value) &&
      value.length > (SHORT_ALSO_HARMLESS.test(name) ? 16 : 0) &&
      !/^\d{1,6}$/.test(value),
  ),
  rule('url-parameter', ['saml'], String.raw`SAML(?:Response|Request|Art)=(?<secret>[\w%+/=-]{16,4096})`),
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
    String.raw`authorization["'\x60\]\\]{0,8}(?:\s|\\\s){0,4}[:=](?:\s|\\\s){0,4}["'\x60\\]{0,8}(?:(?:bearer|basic|token|digest|negotiate|apikey|aws4-hmac-sha256|[a-z]{3,16}(?=(?:\s|\\\s){1,4}[^\s"'\x60]{0,64}\d))(?:\s|\\\s){1,4})?(?<secret>[^\s"'\x60]{4,${MAX_VALUE_CHARS}})`,
    notHarmless,
  ),
  judged(
    'auth-header',
    ['authorization'],
    String.raw`(?<!["'])authorization\s{0,4}[:=]\s{0,4}${LONG_SCHEME}\s{1,4}(?<secret>[^\r\n]{4,${MAX_VALUE_CHARS}})`,
    isParameters,
  ),
  judged(
    'auth-header',
    ['authorization'],
    String.raw`authorization\\{0,7}["']?\s{0,4}[:=]\s{0,4}(?<outer>\\{0,7}["'])${LONG_SCHEME}\s{1,4}(?<secret>(?:(?!(?<!\\)\k<outer>)[^\r\n]){4,${MAX_VALUE_CHARS}})`,
    isParameters,
  ),
  judged(
    'auth-header',
    ['cookie'],
    String.raw`(?<![\w-])(?:set-)?cookie\\{0,7}["']?\s{0,4}:\s{0,4}\\{0,7}["']?(?=[\w.-]{1,64}=)(?<secret>[^\r\n"'\\]{4,${MAX_VALUE_CHARS}})`,
    ({ value }) => /\d/.test(value) && !isHarmlessValue(value.replace(/^[^=]*=/, '')),
  ),
  judged(
    'cookie',
    ['sessi', 'sid='],
    String.raw`(?<![\w-])(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|_?\w{0,32}_session|session_?id|sid)=(?<secret>(?=[\w%.+/~-]{0,64}\d)[\w%.+/~-]{16,4096}={0,2})`,
    ({ value }) => !isHarmlessValue(value) && /[a-z]/i.test(value) && !UUID.test(value),
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
  // The body of a file that is made to hold secrets. Entered at the start of a line that has an end, so that each line
  // is read once.
  judged(
    'here-document',
    ['<<'],
    String.raw`(?<![^\n])(?=[^\n]*\n)(?<lead>[^\n]*?)(?<!<)<<[-~]?[ \t]{0,4}\\?["']?(?<end>\w{1,64})["']?(?<rest>[^\n]*)\n(?<secret>[\s\S]+?)(?=\n[ \t]*\k<end>[ \t]*(?:\n|$)|$)`,
    ({ groups: { lead = '', rest = '' } }) => SECRET_FILE.test(lead + rest),
    '',
  ),
  judged(
    'assignment',
    SECRET_NAME_HINTS,
    String.raw`(?<name>(?:${SECRET_NAME})(?![a-z0-9_.-]{33})[a-z0-9_.-]{0,32})(?=${BEFORE_SEPARATOR})(?<separator>${SEPARATOR})${VALUE}`,
    (match) =>
      !isCutShort(match) &&
      isSecretAssignment({
        name: match.groups['name'] ?? '',
        before: textBefore(match),
        separator: match.groups['separator'] ?? '',
        quote: match.groups['quote'] ?? '',
        value: match.value,
      }),
  ),
  // The same in an encoded URL.
  judged(
    'assignment',
    ['%3d', '%3a'],
    String.raw`(?:${SECRET_NAME})(?:%22|%5c|%27){0,4}%3[ad](?:%20|%22|%5c|%27){0,4}(?<secret>(?:(?!%2[267c]|%7d)[^\s"'&]){1,${MAX_VALUE_CHARS}})`,
    notHarmless,
  ),
  judged(
    'url-password',
    ['%3a%2f%2f'],
    String.raw`%3a%2f%2f[^\s%&"']{0,128}%3a(?<secret>(?:(?!%40|%2f)[^\s&"']){1,256})(?=%40)`,
    notHarmless,
  ),
  judged(
    'sql-password',
    ['identified', 'password'],
    String.raw`(?:identified\s{1,4}(?:with\s{1,4}[\w"']{1,64}\s{1,4})?by|(?:with|encrypted)\s{1,4}password|(?:user|role)\s{1,4}[\w"$]{1,64}\s{1,4}(?:[a-z]{1,16}\s{1,4}){0,4}password(?=\s{1,4}')|set\s{1,4}password(?:\s{1,4}for\s{1,4}\S{1,128})?\s{0,4}=(?:\s{0,4}password\s{0,4}\()?)\s{0,4}\\{0,7}${VALUE}`,
    notHarmless,
  ),
  rule('netrc', ['login'], String.raw`\blogin\s{1,8}\S{1,256}\s{1,8}password\s{1,8}(?<secret>\S{1,512})`),
  rule(
    'oracle-password',
    ['oracle:', 'sqlplus', 'sqlldr', 'expdp', 'impdp'],
    String.raw`(?:oracle:thin:|\b(?:sqlplus|sqlldr|expdp|impdp)\s{1,4}(?:-\w{1,8}\s{1,4}){0,4})["']?[\w$]{1,64}\/(?<secret>[^\s@"'/]{1,128})`,
  ),
];
