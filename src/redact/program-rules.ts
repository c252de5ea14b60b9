/** Programs that take passwords where nothing but the program tells it: short flags, and arguments by their place. */
import { isHarmlessValue } from './secret-names.ts';
import { judged, notHarmless, rule, VALUE, type SecretMatch, type SecretRule } from './secret-rule.ts';

/** How a short flag takes its value: `-pX`, `-p X`, or both. */
const ATTACHED = '';
const APART = String.raw`["']?[,=\s]\s{0,16}`;
const EITHER = String.raw`["']?[,=]?\s{0,16}`;

/** What stands before the password of a certificate's file, and of a proxy's user. */
const FILE_BEFORE = String.raw`["']?(?!pkcs11:)[^\s:"']{2,256}:(?![\\/])`;
const USER_BEFORE = String.raw`["']?(?=[^\s"'/]{1,256}@)[^\s:@"'/]{1,128}:`;

/** Longest piece of a command line between a command and the value of its flag or setting, and the command itself. */
export const MAX_COMMAND_CHARS = 512;
const MAX_COMMAND_NAME_CHARS = 64;

/**
 * A command and, behind it on the line, a flag with the secret. A command without the flag is matched too, to the end of
 * the line, and rejected: so a line is read once, not from each command in it.
 */
export function afterCommand(
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
  { programs: 'security\\s{1,4}unlock-keychain', hints: ['keychain'], flags: 'p', joint: APART },
  { programs: 'az\\s{1,4}(?:login|acr|sql|mysql|postgres)', hints: ['az '], flags: 'p', joint: APART },
  {
    programs:
      'twine|cqlsh|cypher-shell|supabase|rdesktop|rabbitmqadmin|user(?:add|mod)|nuget|poetry|psexec\\w*',
    hints: [
      'twine',
      'cqlsh',
      'cypher',
      'supabase',
      'rdesktop',
      'rabbitmq',
      'useradd',
      'usermod',
      'nuget',
      'poetry',
      'psexec',
    ],
    flags: 'p',
    joint: APART,
  },
  {
    programs: 'ipmitool|mosquitto_\\w+|ssh-keygen',
    hints: ['ipmitool', 'mosquitto', 'ssh-keygen'],
    flags: 'P',
    joint: APART,
  },
  { programs: 'ssh-keygen', hints: ['ssh-keygen'], flags: 'N', joint: APART },
  { programs: 'swaks', hints: ['swaks'], flags: 'ap', joint: APART },
  { programs: 'snmp\\w+', hints: ['snmp'], flags: '[AXc]', joint: APART },
  { programs: 'nuget', hints: ['nuget'], flags: 'k', joint: APART },
  {
    programs: 'evil-winrm|crackmapexec|netexec|nxc|hydra|smbmap',
    hints: ['evil-winrm', 'crackmapexec', 'netexec', 'nxc ', 'hydra', 'smbmap'],
    flags: 'p',
    joint: APART,
  },
  { programs: 'ldappasswd', hints: ['ldappasswd'], flags: '[as]', joint: APART },
  { programs: 'doctl|influx|glab', hints: ['doctl', 'influx', 'glab'], flags: 't', joint: APART },
  { programs: 'curl', hints: ['curl'], flags: 'E|-(?:proxy-)?cert', joint: `${APART}${FILE_BEFORE}` },
  { programs: 'curl', hints: ['curl'], flags: 'x|-(?:pre)?proxy', joint: `${APART}${USER_BEFORE}` },
  {
    programs: 'https?|xhs?',
    hints: ['http', 'xh '],
    flags: String.raw`(?:A|-auth-type)[=\s]\s{0,4}bearer\s{1,4}-(?:a|-auth)`,
    joint: APART,
  },
  { programs: 'plink|pscp|psftp', hints: ['plink', 'pscp', 'psftp'], flags: 'pw', joint: APART },
  { programs: 'openssl', hints: ['openssl'], flags: '[kK]', joint: APART },
];

const FLAG_RULES: readonly SecretRule[] = PASSWORD_FLAGS.map(({ programs, hints, flags, joint }) =>
  afterCommand(
    'password-flag',
    hints,
    String.raw`(?<![\w.-])(?:(?<!/)|(?<=/s?bin/))(?:${programs})["']?[\s,]`,
    String.raw`(?<=[\s"'])-(?:${flags})${joint}`,
    ({ value }) => !isHarmlessValue(value) && !/^(?:ssh|https|public|-.*|\d+:\d+)$/.test(value),
    '',
  ),
);

/** An argument that is no flag, before the one that is the secret. */
const ARGUMENT = String.raw`(?:"[^"\n]{0,128}"|'[^'\n]{0,128}'|[^\s"'|;&-][^\s"'|;&]{0,128})`;

/** Programs that take a password as an argument, behind flags and so many others. */
const PASSWORD_ARGUMENTS: readonly { command: string; hints: readonly string[]; others: number }[] = [
  { command: String.raw`mysqladmin\b[^\n|;]{0,256}?\spassword`, hints: ['mysqladmin'], others: 0 },
  { command: String.raw`redis-cli\b[^\n|;]{0,256}?\sauth`, hints: ['redis-cli'], others: 0 },
  { command: String.raw`nmcli\b[^\n|;]{0,256}?\spassword`, hints: ['nmcli'], others: 0 },
  { command: String.raw`qpdf\b[^\n|;]{0,128}?\s--encrypt`, hints: ['qpdf'], others: 0 },
  { command: String.raw`qpdf\b[^\n|;]{0,128}?\s--encrypt`, hints: ['qpdf'], others: 1 },
  { command: '(?:input|user|owner)_pw', hints: ['_pw'], others: 0 },
  { command: String.raw`rclone\s{1,4}obscure`, hints: ['obscure'], others: 0 },
  { command: String.raw`twilio\s{1,4}login`, hints: ['twilio'], others: 1 },
  {
    command: String.raw`pulumi\s{1,4}config\s{1,4}set\b[^\n|;]{0,128}?\s--secret`,
    hints: ['pulumi'],
    others: 1,
  },
  { command: String.raw`net\s{1,4}use(?:\s{1,4}[a-z*]:)?`, hints: ['net use'], others: 1 },
  {
    command: 'requirepass|masterauth|bindpw|rootpw',
    hints: ['requirepass', 'masterauth', 'bindpw', 'rootpw'],
    others: 0,
  },
  {
    command: String.raw`openssl\s{1,4}passwd(?:\s{1,4}-salt\s{1,4}\S{1,32}|\s{1,4}-\w{1,8}){0,4}`,
    hints: ['openssl'],
    others: 0,
  },
  { command: String.raw`(?:cargo|vault)\s{1,4}login`, hints: ['cargo', 'vault'], others: 0 },
  { command: String.raw`bw\s{1,4}unlock|reset-admin-password`, hints: ['bw ', 'reset-admin'], others: 0 },
  { command: String.raw`bw\s{1,4}login|drush\s{1,4}upwd`, hints: ['bw ', 'drush'], others: 1 },
  {
    command: String.raw`net\s{1,4}user|dscl\s{1,4}\S{1,64}\s{1,4}-passwd`,
    hints: ['net user', 'dscl'],
    others: 1,
  },
  { command: String.raw`rabbitmqctl\s{1,4}(?:add_user|change_password)`, hints: ['rabbitmqctl'], others: 1 },
  { command: 'wpa_passphrase', hints: ['wpa_pass'], others: 1 },
  {
    command: String.raw`config\s{1,4}(?:-{1,2}\w{1,16}\s{1,4})?http-basic\.\S{1,64}`,
    hints: ['http-basic'],
    others: 1,
  },
  { command: String.raw`github-oauth\.\S{1,64}`, hints: ['github-oauth'], others: 0 },
  { command: 'oathtool', hints: ['oathtool'], others: 0 },
  { command: String.raw`mc\s{1,4}alias\s{1,4}set`, hints: ['mc alias'], others: 3 },
];

const ARGUMENT_RULES: readonly SecretRule[] = PASSWORD_ARGUMENTS.map(({ command, hints, others }) =>
  judged(
    'password-argument',
    hints,
    String.raw`(?<![\w./-])(?:${command})(?:\s{1,4}--?[\w-]{1,32}){0,2}(?:\s{1,4}${ARGUMENT}){${others}}\s{1,4}${VALUE}`,
    ({ value }) => !isHarmlessValue(value) && !/^[-/]|=/.test(value),
  ),
);

/** Passwords as flags and arguments of programs that say so nowhere. */
export const PROGRAM_RULES: readonly SecretRule[] = [
  ...FLAG_RULES,
  ...ARGUMENT_RULES,
  judged('password-flag', ['/pass:', '/password:'], String.raw`(?<=\s)\/pass(?:word)?:${VALUE}`, notHarmless),
  afterCommand('password-flag', ['schtasks'], 'schtasks', String.raw`\s\/rp\s{1,4}`, notHarmless),
  rule('password-flag', ['freerdp'], String.raw`(?<=\s)["']?\/p:["']?(?<secret>[^\s"']{1,256})`),
  rule(
    'password-flag',
    ['lftp'],
    String.raw`lftp\b[^\n|]{0,256}?\s-u\s{0,4}["']?[^\s,"']{1,64},(?<secret>[^\s"']{1,256})`,
  ),
];
