/** Secrets in source code, documents and sentences, where no assignment tells them. */
import { isHarmlessValue, isSecretAssignment, looksLikeKey, SECRET_NAME } from './secret-names.ts';
import { judged, notHarmless, rule, VALUE, type SecretRule } from './secret-rule.ts';

/** A quoted argument, and any other. */
const QUOTED_ARGUMENT = String.raw`["'][^"'\n]{0,128}["']`;
const ANY_ARGUMENT = String.raw`[^,;"'\n]{1,128}`;

/** Secrets in calls, elements, pairs of name and value, and plain words. */
export const CODE_RULES: readonly SecretRule[] = [
  // `<password>…</password>`
  judged(
    'element',
    ['</'],
    String.raw`<(?<name>[\w.:-]{1,64})(?:\s[^<>]{0,128})?>\s{0,16}(?<secret>[^<>\s]{2,4096})(?=\s{0,16}<\/)`,
    ({ value, groups: { name = '' } }) =>
      isSecretAssignment({ name, before: '', separator: '=', quote: '"', value }),
  ),
  // `name: DB_PASSWORD` and `value: …` beside it, in YAML, JSON and XML.
  judged(
    'named-value',
    ['value'],
    String.raw`\b(?:parameter_?)?(?:name|key)\\{0,7}["']?\s{0,4}[:=]\s{0,4}\\{0,7}["']?(?<name>[\w.:-]{1,96})\\{0,7}["']?[\s,]{1,32}\\{0,7}["']?(?:parameter_?)?value\\{0,7}["']?\s{0,4}[:=]\s{0,4}${VALUE}`,
    ({ value, groups: { name = '' } }) =>
      isSecretAssignment({ name, before: '', separator: '":"', quote: '"', value }),
  ),
  judged(
    'assignment',
    ['=\x60', '= \x60', ':\x60', ': \x60'],
    String.raw`(?<name>(?:${SECRET_NAME})[a-z0-9_.-]{0,32})\s{0,4}[:=] ?\x60(?<secret>[^\s\x60$]{8,512})(?=\x60)`,
    ({ value, groups: { name = '' } }) =>
      /\d/.test(value) && isSecretAssignment({ name, before: '', separator: '=', quote: '\x60', value }),
  ),
  // `auth=("user", "…")`, `BasicAuth("user", "…")`
  judged(
    'credential-call',
    ['auth', 'credential', 'login(', 'log_in(', 'signin(', 'sign_in('],
    String.raw`(?:\bauth\s{0,2}=\s{0,2}\(|basic_?auth\(|credentials?(?:\]::new)?\(|\.auth(?:Password)?\(|\b(?:log_?in|sign_?in|authenticate)\()\s{0,4}${QUOTED_ARGUMENT}\s{0,4},\s{0,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  judged(
    'credential-call',
    ['connection(', 'mysqli', 'pdo('],
    String.raw`(?:(?:get|create)_?Connection|mysqli(?:_connect)?|\bPDO)\(\s{0,4}(?:${QUOTED_ARGUMENT}|${ANY_ARGUMENT})\s{0,4},\s{0,4}(?:${QUOTED_ARGUMENT}|${ANY_ARGUMENT})\s{0,4},\s{0,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  judged(
    'credential-call',
    ['jwt.'],
    String.raw`\bjwt\.(?:sign|verify|encode|decode)\(${ANY_ARGUMENT}(?:,${ANY_ARGUMENT}){0,3},\s{0,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  judged(
    'credential-call',
    ['password(', 'secret(', 'token(', 'key('],
    String.raw`\bset_?(?:\w{0,32}_)?(?:password|secret|token|api_?key|secret_?key)\(\s{0,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  // `<string name="api_key">…</string>`
  judged(
    'element',
    ['</'],
    String.raw`<\w{1,32}\s{1,4}name=["'](?<name>[\w.-]{1,64})["'][^<>]{0,64}>\s{0,16}(?<secret>[^<>\s]{2,512})(?=\s{0,16}<\/)`,
    ({ value, groups: { name = '' } }) =>
      looksLikeKey(value) && isSecretAssignment({ name, before: '', separator: '=', quote: '"', value }),
  ),
  // Java keeps passwords in `char[]`, and little else.
  judged(
    'credential-call',
    ['.tochararray('],
    String.raw`"(?<secret>[^"\n]{1,128})(?="\.toCharArray\()`,
    notHarmless,
  ),
  judged('credential-call', ['secretkeyspec('], String.raw`SecretKeySpec\(\s{0,4}(?=")${VALUE}`, notHarmless),
  judged(
    'setting',
    ['storepassword', 'keypassword', '_header x-'],
    String.raw`(?:\b(?:store|key)Password|_header\s{1,4}X-[\w-]{0,32}(?:token|key|secret))\s{1,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  // In other languages, where a digit tells it from a word.
  judged(
    'assignment',
    ['passwort', 'kennwort', 'mot de passe', 'contrase', 'senha', 'wachtwoord'],
    String.raw`(?:passwort|kennwort|mot de passe|contrase\xf1a|senha|wachtwoord)["']?\s{0,4}[:=]\s{0,4}${VALUE}`,
    ({ value }) => looksLikeKey(value) && !isHarmlessValue(value),
  ),
  // Hashed, or what a hash is keyed with.
  judged(
    'credential-call',
    ['crypt', 'argon2', 'hmac'],
    String.raw`(?:(?:bcrypt|argon2|scrypt)\w{0,8}\.(?:hash|compare|verify)\w{0,8}\(|hmac\.new\(|createHmac\(\s{0,4}${QUOTED_ARGUMENT}\s{0,4},)\s{0,4}(?=b?["'])${VALUE}`,
    notHarmless,
  ),
  // `btoa('user:…')`
  judged(
    'basic',
    ['btoa(', 'b64encode(', 'buffer.from('],
    String.raw`\b(?:btoa|b64encode|Buffer\.from)\(\s{0,4}b?["'\x60][^\s:"'\x60]{1,64}:(?<secret>[^\s"'\x60$/][^\s"'\x60]{1,255})(?=["'\x60])`,
    notHarmless,
  ),
  rule(
    'secret-flag',
    ['wallet(', 'privatekeytoaccount('],
    String.raw`(?:Wallet|privateKeyToAccount)\(\s{0,4}["'](?<secret>(?:0x)?[0-9a-f]{64})`,
  ),
  judged(
    'auth-header',
    ['authorization'],
    String.raw`authorization\\{0,7}["']\s{0,4},\s{0,4}f?\\{0,7}["'\x60](?:bearer|basic|token|digest|apikey)\s{1,4}(?<secret>[^\s"'\x60\\]{4,4096})`,
    notHarmless,
  ),
  judged(
    'psk',
    ['psk'],
    String.raw`(?<![a-z])psk["']?\s{0,4}[=:\s]\s{0,4}${VALUE}`,
    ({ value }) => value.length >= 8 && /\d/.test(value),
  ),
  rule(
    'mnemonic',
    ['mnemonic', 'seed', 'recovery'],
    String.raw`(?:mnemonic|seed|recovery)[_ -]?\w{0,16}["']?(?:\s{0,4}[=:]\s{0,4}["'\x60]?|[=\s]\s{0,4}["'\x60])(?<secret>[a-z]{3,8}(?:[\s,]{1,4}[a-z]{3,8}){11,23})`,
  ),
  // `the password is …`, `nmcli … password …`; what has digits and letters and nothing of a path, number or hash in it.
  judged(
    'said',
    ['password ', 'passphrase ', 'token is', 'token was', 'secret is', 'secret was', 'api key '],
    String.raw`(?<![\w-])(?:(?:password|passphrase)\s{1,4}(?:for\s{1,4}\S{1,64}\s{1,4}(?=is))?(?:(?:is|was|to)\s{1,4})?|(?:token|secret|api key)\s{1,4}(?:is|was)\s{1,4})["']?(?<secret>[a-z0-9!@#%^*+?]{8,128})(?=["']?(?:[\s,;)]|\.\s|$))`,
    ({ value }) => /\d/.test(value) && /[a-z]/i.test(value) && !/^[0-9a-f]+$/i.test(value),
  ),
  // A placeholder that is replaced.
  judged(
    'assignment',
    ['sed '],
    String.raw`\bsed\s[^\n]{0,64}?\bs(?<mark>[/|#@,])[^\n/|#@,]{0,64}?(?:${SECRET_NAME})[^\n/|#@,]{0,32}\k<mark>(?<secret>[^\s\\&$/|#@,]{6,256})(?=\k<mark>)`,
    ({ value }) => /\d/.test(value) && /[a-z]/i.test(value),
  ),
  rule('secret-flag', ['--private-key'], String.raw`--private-key[=\s]{1,4}(?<secret>(?:0x)?[0-9a-f]{64})\b`),
];
