/** Secrets on command lines: flags, settings, and what is piped or written where secrets belong. */
import { isHarmlessValue, SECRET_FILE, SECRET_NAME_HINTS } from './secret-names.ts';
import {
  judged,
  notHarmless,
  rule,
  SHORT_VALUE,
  VALUE,
  type SecretMatch,
  type SecretRule,
} from './secret-rule.ts';

/** How a short flag takes its value: `-pX`, `-p X`, or both. */
const ATTACHED = '';
const APART = String.raw`["']?[,=\s]\s{0,16}`;
const EITHER = String.raw`["']?[,=]?\s{0,16}`;

/** Longest piece of a command line between a command and the value of its flag or setting, and the command itself. */
const MAX_COMMAND_CHARS = 512;
const MAX_COMMAND_NAME_CHARS = 64;

/**
 * A command and, behind it on the line, a flag with the secret. A command without the flag is matched too, to the end of
 * the line, and rejected: so a line is read once, not from each command in it.
 */
function afterCommand(
  id: string,
  hints: readonly string[],
  command: string,
  flag: string,
  accept: (match: SecretMatch) => boolean,
  flags = 'i',
): SecretRule {
  const commands = new RegExp(command, `g${flags}`);
  /** The match starts at the line's first command; the flag may belong to a later one. */
  const isNear = ({ text, start, valueStart }: SecretMatch): boolean => {
    const from = valueStart - MAX_COMMAND_CHARS - MAX_COMMAND_NAME_CHARS;
    commands.lastIndex = from;
    return start >= from || commands.test(text.slice(0, valueStart));
  };
  return judged(
    id,
    hints,
    String.raw`${command}(?:[^\n|]*?${flag}${VALUE}|[^\n|]*)`,
    (match) => accept(match) && isNear(match),
    flags,
  );
}

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
  { programs: 'mongo\\w*|login', hints: ['mongo', 'login'], flags: 'p', joint: APART },
  { programs: 'redis-cli|valkey-cli', hints: ['redis-cli', 'valkey-cli'], flags: 'a', joint: APART },
  { programs: 'ldap\\w+', hints: ['ldap'], flags: 'w', joint: APART },
  { programs: 'zip|unzip|sqlcmd|bcp|osql|isql', hints: ['zip', 'sql', 'bcp'], flags: 'P', joint: EITHER },
  { programs: 'security', hints: ['security'], flags: 'w', joint: APART },
  { programs: 'plink|pscp|psftp', hints: ['plink', 'pscp', 'psftp'], flags: 'pw', joint: APART },
  { programs: 'openssl', hints: ['openssl'], flags: '[kK]', joint: APART },
];

const FLAG_RULES = PASSWORD_FLAGS.map(({ programs, hints, flags, joint }) =>
  afterCommand(
    'password-flag',
    hints,
    String.raw`(?<![\w.-])(?:(?<!/)|(?<=/s?bin/))(?:${programs})["']?[\s,]`,
    String.raw`(?<=[\s"'])-(?:${flags})${joint}`,
    ({ value }) => !isHarmlessValue(value) && !/^(?:ssh|https|-.*|\d+:\d+)$/.test(value),
    '',
  ),
);

/** Before what is written out. */
const ECHO = String.raw`\b(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4}){0,2}(?:["']%s(?:\\{1,2}n)?["']\s{1,4})?`;

const VAULT_COMMAND = String.raw`\b(?:vault\s{1,4}(?:kv\s{1,4}put|write)|secrets\s{1,4}set)\s{1,4}`;
/** Such a command with its arguments: to the end of the command, or to the next one that writes secrets. */
const IN_VAULT_COMMAND = new RegExp(
  String.raw`${VAULT_COMMAND}(?:(?!${VAULT_COMMAND})[^\n|;]){0,${MAX_COMMAND_CHARS}}`,
  'gi',
);

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
    SECRET_NAME_HINTS,
    String.raw`(?<![\w-])--?(?:[a-z0-9]{1,24}-){0,4}(?:passw(?:or)?d|passphrase|pass|storepass|keypass|token|secret|secret-?key|access-?key|api-?key|auth-?key|account-?key|bearer|credentials|secret-string|secret-binary)["']?(?:,\s{0,16}|\s{1,16}|\\\s)${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !/^(?:-|id=|type=|src=)/.test(value),
  ),
  judged(
    'secret-flag',
    ['literal'],
    String.raw`--from-literal["']?[=\s,]{1,2}["']?[\w.-]{1,128}=${VALUE}`,
    notHarmless,
  ),
  judged(
    'user-password',
    ['curl', 'wget', 'http'],
    String.raw`(?<=[\s"'])(?:-u|-U|--user|--proxy-user|--auth|-a)["']?(?:=|,\s{0,4}|\s{0,4})["']?(?<user>[^\s:"'=]{1,128}):(?<secret>[^\s"']{1,512})`,
    ({ value, groups: { user = '' } }) =>
      !isHarmlessValue(value) && !value.startsWith('//') && value !== user && !/^\d+$/.test(user + value),
    '',
  ),
  rule(
    'user-password',
    ['smb', 'rpcclient'],
    String.raw`(?<=\s)(?:-U\s{0,4}|--user=)["']?[\w.\\-]{1,64}%(?<secret>[^\s"']{1,256})`,
    '',
  ),
  ...FLAG_RULES,
  judged('password-source', ['pass:'], String.raw`(?<=[\s"'=])pass:${VALUE}`, notHarmless, ''),
  // `aws configure set aws_secret_access_key x`, `npm config set //host/:_authToken x`
  judged(
    'setting',
    ['set', 'config'],
    String.raw`\b(?:set|config)\s{1,4}(?:--?[\w-]{1,32}\s{1,4}){0,4}(?<name>[^\s="']{0,96}(?:secret|token|passw(?:or)?d|passphrase|api_?key|access_?key)[^\s="']{0,64})\s{1,4}${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !value.startsWith('-'),
  ),
  afterCommand(
    'setting',
    ['secret set'],
    String.raw`secret set(?=\s)`,
    String.raw`\s(?:--body|-b)[=\s]\s{0,4}`,
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
      'chpasswd',
      'smbpasswd',
      'cryptsetup',
      'with-token',
      'passphrase-fd',
      'vault login',
      'secrets create',
      'versions add',
    ],
    String.raw`${ECHO}${SHORT_VALUE}(?=["'\\]{0,8}\s{0,8}\|[^|\n]{0,256}?(?:sudo\s[^|\n]{0,64}?-S|-stdin|chpasswd|smbpasswd|cryptsetup|with-token|passphrase-fd|vault login|secrets create|versions add))`,
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
    String.raw`ConvertTo-SecureString\s{1,4}(?:-String\s{1,4}|(?!-String\s))${VALUE}`,
    notHarmless,
  ),
];
