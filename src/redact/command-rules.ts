/** Secrets on command lines: flags, settings, and what is piped or written where secrets belong. */
import { afterCommand, MAX_COMMAND_CHARS, PROGRAM_RULES } from './program-rules.ts';
import { isBasicCredential } from './randomness.ts';
import { isHarmlessValue, looksLikeKey, SECRET_FILE, SECRET_NAME_HINTS } from './secret-names.ts';
import { judged, notHarmless, rule, SHORT_VALUE, VALUE, type SecretRule } from './secret-rule.ts';

/** Before what is written out. */
const ECHO = String.raw`\b(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4}){0,2}(?:["']%s(?:\\{1,2}n)?["']\s{1,4})?`;

const VAULT_COMMAND = String.raw`\b(?:vault\s{1,4}(?:kv\s{1,4}put|write)|secrets\s{1,4}set)\s{1,4}`;
/** Such a command with its arguments: to the end of the command, or to the next one that writes secrets. */
const IN_VAULT_COMMAND = new RegExp(
  String.raw`${VAULT_COMMAND}(?:(?!${VAULT_COMMAND})[^\n|;]){0,${MAX_COMMAND_CHARS}}`,
  'gi',
);

/** Commands that read a password from their standard input. */
const PASSWORD_READERS = String.raw`(?:ch|smb)passwd|(?<=\|\s{0,4})su\s|(?:(?<![\w/.])|(?<=\/s?bin\/))passwd\b|cryptsetup|with-token|passphrase-fd|vault login|secrets? (?:create|set|put|bulk)|store-secret|secrets:set|versions add|env add|pass insert|secret-tool|keyring set|kinit|op signin`;

/** A secret's name and its value, as arguments. */
const SETTING = String.raw`["']?(?<name>[^\s="']{0,96}(?:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key)[^\s="']{0,64})["']?\s{1,4}${VALUE}`;

/** `add_argument("--password", help="…")` */
function isNamedArgument(value: string, after: string): boolean {
  return /^[a-z_]+=$/.test(value) && /["']/.test(after);
}

/** Secrets in the arguments, settings and standard input of programs. */
export const COMMAND_RULES: readonly SecretRule[] = [
  judged(
    'cookie',
    ['curl', '--cookie'],
    String.raw`(?<=[\s"'])(?:-b|--cookie)["']?[=,]?\s{0,16}${VALUE}`,
    ({ value }) => /^[^\s=]{1,64}=./.test(value) && !isHarmlessValue(value.replace(/^[^=]*=/, '')),
    '',
  ),
  // `--password x`, `--docker-password x`, `-storepass x`, also as neighbours in a JSON array.
  judged(
    'secret-flag',
    [...SECRET_NAME_HINTS, 'bearer'],
    String.raw`(?<![\w-])--?(?:[a-z0-9]{1,24}-){0,4}(?:(?:tls|bind|root|user|db|admin|keystore|truststore)?passw(?:or)?d|passphrase|pass|pwd?|storepass|keypass|token|secret|secret-?key|access-?key|api-?key|auth-?key|account-?key|bearer|credentials|secret-string|secret-binary)["']?(?:,\s{0,16}|\s{1,16}|\\\s)${VALUE}`,
    ({ value, text, valueStart }) =>
      !isHarmlessValue(value) &&
      !/^(?:-|id=|type=|src=)/.test(value) &&
      !isNamedArgument(value, text.charAt(valueStart + value.length)),
  ),
  // Lists: `--tokens a,b`.
  judged(
    'secret-flag',
    ['tokens', 'secrets', 'keys', 'passwords'],
    String.raw`(?<![\w-])--(?:[a-z0-9]{1,24}-){0,4}(?:tokens|secrets|passwords|(?:api|access|auth)-?keys)["']?(?:,\s{0,16}|\s{1,16})${VALUE}`,
    ({ value }) => value.split(',').some(looksLikeKey) && !isHarmlessValue(value),
  ),
  // `--password-file=<(echo x)`, `--password-command "echo x"`, `--token $(echo x)`
  judged(
    'secret-flag',
    ['echo', 'printf'],
    String.raw`(?<![\w-])--?[\w-]{0,32}(?:pass|secret|token|key)[\w-]{0,16}["']?[=\s]\s{0,4}(?:["']|[<$]\(){0,2}\s{0,4}${ECHO}${VALUE}`,
    notHarmless,
  ),
  judged(
    'secret-flag',
    ['literal'],
    String.raw`--from-literal["']?[=\s,]{1,2}["']?[\w.-]{1,128}=${VALUE}`,
    notHarmless,
  ),
  judged(
    'user-password',
    ['curl', 'wget', 'http', 'xh ', '--auth-cred'],
    String.raw`(?<=[\s"'])(?:-[sSkLfgvni]{0,5}[uU]|--user|--proxy-user|--auth(?:-cred)?|-a)["']?(?:=|,\s{0,4}|\s{0,4})["']?(?<user>[^\s:"'=]{1,128}):["']?(?<secret>[^\s"']{1,512})`,
    ({ value, groups: { user = '' } }) =>
      !isHarmlessValue(value) && !value.startsWith('//') && value !== user && !/^\d+$/.test(user + value),
    '',
  ),
  // In a file of curl's.
  judged(
    'user-password',
    ['curl'],
    String.raw`\buser\s{0,4}=\s{0,4}\\{0,3}"[^\s:"'=]{1,128}:(?<secret>[^\s"'\\]{1,512})`,
    notHarmless,
  ),
  // A key in place of the user's name, and no password.
  judged(
    'user-password',
    ['curl'],
    String.raw`(?<=[\s"'])(?:-[sSkLfgvni]{0,5}u|--user)[=\s]{1,4}["']?(?<secret>[\w.-]{16,512})(?=:["']?(?:\s|$))`,
    ({ value }) => /\d/.test(value),
    '',
  ),
  rule(
    'user-password',
    ['smb', 'rpcclient'],
    String.raw`(?<=\s)(?:-U\s{0,4}|--user=)["']?[\w.\\-]{1,64}%(?<secret>[^\s"']{1,256})`,
    '',
  ),
  ...PROGRAM_RULES,
  judged('password-source', ['pass:'], String.raw`(?<=[\s"'=])pass:${VALUE}`, notHarmless, ''),
  // `aws configure set aws_secret_access_key x`, `npm config set //host/:_authToken x`
  judged(
    'setting',
    ['set', 'config'],
    String.raw`\b(?:set|config)\s{1,4}(?:--?[\w-]{1,32}\s{1,4}){0,4}${SETTING}`,
    ({ value }) => !isHarmlessValue(value) && !value.startsWith('-'),
  ),
  judged(
    'setting',
    ['setx', 'setenv', 'set-env', 'crudini', '--arg'],
    String.raw`(?:\b(?:setx|setenv|set-env\s{1,4}\S{1,64}|crudini\s{1,4}--set\s{1,4}\S{1,128}\s{1,4}\S{1,64})|--arg)\s{1,4}${SETTING}`,
    ({ value }) => !isHarmlessValue(value) && !value.startsWith('-'),
  ),
  afterCommand(
    'setting',
    ['secret set'],
    String.raw`secret set(?=\s)`,
    String.raw`\s(?:--body[=\s]|-b[=\s]?)\s{0,4}`,
    notHarmless,
  ),
  afterCommand(
    'setting',
    ['keyvault'],
    String.raw`keyvault\s{1,4}secret\s{1,4}set(?=\s)`,
    String.raw`\s--value[=\s]\s{0,4}`,
    notHarmless,
  ),
  {
    ...judged('setting', ['vault', 'secrets'], String.raw`(?<=[\s"'][\w.-]{1,64})=${VALUE}`, notHarmless),
    within: IN_VAULT_COMMAND,
  },
  afterCommand(
    'setting',
    ['put-parameter'],
    String.raw`put-parameter\b`,
    String.raw`\s--value[=\s]\s{0,16}`,
    notHarmless,
  ),
  judged(
    'setting',
    ['expect'],
    String.raw`\bsend\s{1,4}(?:--\s{1,4})?\\?"(?<secret>[^"\\]{1,256})(?=\\{1,2}[rn])`,
    notHarmless,
  ),
  // `echo user:password | base64`, `echo … | base64 -d`
  judged(
    'basic',
    ['base64'],
    String.raw`${ECHO}["']?[^\s:"'|$]{1,64}:(?<secret>[^\s"'|$/][^\s"'|]{1,255})(?=["']?\s{0,4}\|\s{0,4}(?:openssl\s{1,4})?base64\b)`,
    notHarmless,
  ),
  judged(
    'basic',
    ['base64'],
    String.raw`(?:echo|printf|<<<)\s{1,4}(?:-n\s{1,4})?["']?(?<secret>[\w+/-]{12,512}={0,2})(?=["']?\s{0,4}(?:\||$))`,
    ({ value }) => isBasicCredential(value) && !/:.*\s/.test(Buffer.from(value, 'base64').toString('latin1')),
  ),
  // Into a file that is made to hold secrets.
  judged(
    'secret-file',
    ['echo', 'printf'],
    String.raw`${ECHO}${SHORT_VALUE}(?=["'\\]{0,8}\s{0,8}(?:>>?|\|\s{0,4}(?:sudo\s{1,4})?tee(?:\s{1,4}-a)?)\s{0,4}(?<file>[^\s;|&]{1,256}))`,
    ({ value, groups }) => !isHarmlessValue(value) && SECRET_FILE.test(groups['file'] ?? ''),
  ),
  // Passwords that are fed to a program's standard input.
  judged(
    'piped-password',
    [
      'sudo',
      'stdin',
      'cryptsetup',
      'with-token',
      'passphrase-fd',
      'passwd',
      'secret',
      'versions add',
      'env add',
      'pass insert',
      'keyring',
      'kinit',
      'vault login',
      'signin',
      '| su ',
    ],
    String.raw`${ECHO}${SHORT_VALUE}(?=["'\\]{0,8}\s{0,8}(?:(?:;\s{0,4}(?:echo|printf)\s[^|\n;]{0,128}){0,3};?\s{0,4}[)}]\s{0,8})?\|[^|\n]{0,256}?(?:sudo\s[^|\n]{0,64}?-S|-stdin|${PASSWORD_READERS}))`,
    notHarmless,
  ),
  judged(
    'piped-password',
    ['<<<'],
    String.raw`(?:sudo\s[^|\n<]{0,64}?-S|-stdin|--password|read\s[^\n|<]{0,48}?(?:pass|pw|token|secret)|${PASSWORD_READERS})[^|\n<]{0,256}<<<\s{0,4}${VALUE}`,
    notHarmless,
  ),
  judged(
    'password-argument',
    ['htpasswd'],
    String.raw`htpasswd\s{1,4}(?=(?:-\w{1,6}\s{1,4}){0,3}-\w{0,6}b)(?:-\w{1,6}\s{1,4}){1,4}(?:[^\s-]\S{0,255}\s{1,4}){1,2}(?<secret>[^\s;|&><]{1,256})(?=\s{0,4}(?:$|[\n;|&>]))`,
    notHarmless,
    '',
  ),
  judged(
    'password-argument',
    ['securestring'],
    String.raw`ConvertTo-SecureString\s{1,4}(?:-String\s{1,4}|(?!-String\s))${VALUE}`,
    notHarmless,
  ),
];
