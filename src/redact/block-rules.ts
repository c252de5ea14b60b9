/** Secrets in lists, manifests, forms and other blocks whose head says what is in them. */
import { isHarmlessValue, isSecretAssignment, looksLikeKey, SECRET_NAME } from './secret-names.ts';
import {
  judged,
  notHarmless,
  type SecretMatch,
  type SecretRule,
  SHORT_VALUE,
  textBefore,
  VALUE,
} from './secret-rule.ts';

const NAME = String.raw`(?<name>(?:${SECRET_NAME})[a-z0-9_.-]{0,32})`;
const MAX_ITEMS = 256;
/** One word of a YAML list: no name and value, no list. */
const ITEM = String.raw`["']?[^\s:="'{}[\]#]{1,512}={0,2}["']?[ \t]{0,8}(?=[\r\n]|$)`;

/** The values of a `Secret`: all of `stringData`, and `data` before or behind the kind. */
const BLOCK = String.raw`:[ \t]{0,4}\n(?:[ \t]{1,64}[^\n]{0,4096}(?:\n|$)){1,${MAX_ITEMS}}`;
const IN_SECRET = new RegExp(
  String.raw`\bstringData${BLOCK}|(?<=kind:[ \t]{0,4}["']?Secret\b[\s\S]{0,1024})\bdata${BLOCK}|\bdata${BLOCK}(?=kind:[ \t]{0,4}["']?Secret\b)`,
  'g',
);

/** Fields of forms, as those who fill them in call them. */
const SECRET_FIELD = '(?:passw|pwd|passphrase|passcode|secret|token)';
const FILLING = String.raw`(?:fill|type|typeText|send_?keys|pressSequentially|(?:set|add)_?value)\(\s{0,4}`;

/** A list of which one item is a key goes whole: the others are no different. */
function isSecretList(match: SecretMatch): boolean {
  const name = match.groups['name'] ?? '';
  const items = match.value.split(/[\s,"'-]+/);
  const before = textBefore(match);
  return items.some(
    (item) =>
      looksLikeKey(item) && isSecretAssignment({ name, before, separator: '=', quote: '', value: item }),
  );
}

/** A whole assignment told by its first part. */
function isNamed(match: SecretMatch): boolean {
  const { value, groups } = match;
  return isSecretAssignment({
    name: groups['name'] ?? '',
    before: textBefore(match),
    separator: '":"',
    quote: '"',
    value,
  });
}

/** The same of a value in parts, of which one is more than a variable. */
function isJoined(match: SecretMatch): boolean {
  return (
    isNamed(match) && match.value.split(/["']/).some((part) => /\w/.test(part) && !isHarmlessValue(part))
  );
}

/** Secrets told by the block they stand in. */
export const BLOCK_RULES: readonly SecretRule[] = [
  // `passwords: [a, b]`
  judged(
    'assignment',
    [': [', ':[', '= [', '=['],
    String.raw`${NAME}\\{0,7}["']?\s{0,4}[:=]\s{0,4}\[\s{0,64}(?<secret>[^[\]{}()<>]{8,4096})(?=\])`,
    isSecretList,
  ),
  // `tokens:` and `- …` on the lines below
  judged(
    'assignment',
    ['- '],
    String.raw`${NAME}["']?:[ \t]{0,4}\r?\n[ \t]{0,16}-[ \t]{1,4}(?<secret>${ITEM}(?:\r?\n[ \t]{0,16}-[ \t]{1,4}${ITEM}){1,${MAX_ITEMS}})`,
    isSecretList,
  ),
  // `key = "a" + "b"`, `key = ("a" "b")`
  judged(
    'assignment',
    ['" +', '"+', "' +", "'+", '" "', "' '", '""', "''", '= (', '=('],
    String.raw`${NAME}["'\]]{0,2}\s{0,4}[:=]\s{0,4}\(?\s{0,32}(?<mark>["'])(?<secret>[^"'\n]{1,512}(?:\k<mark>\s{0,16}[+\\]?\s{0,32}\k<mark>[^"'\n]{1,512}){1,32})(?=\k<mark>)`,
    isJoined,
  ),
  {
    ...judged(
      'secret-manifest',
      ['stringdata', 'kind: secret', 'kind:secret'],
      String.raw`\n[ \t]{1,32}[\w.-]{1,128}:[ \t]{1,4}${VALUE}`,
      notHarmless,
    ),
    within: IN_SECRET,
  },
  // Terraform: `variable "db_password" { default = "…" }`
  judged(
    'assignment',
    ['variable'],
    String.raw`\bvariable\s{1,4}"(?<name>[\w-]{1,96})"\s{0,4}\{[^{}]{0,512}?\bdefault\s{0,8}=\s{0,8}(?=")${VALUE}`,
    isNamed,
  ),
  // `"value": "…", "name": "password"`
  judged(
    'named-value',
    ['value'],
    String.raw`\bvalue\\{0,7}["']?\s{0,4}[:=]\s{0,4}(?=\\{0,7}["'])${SHORT_VALUE}(?=\\{0,7}["'][\s,]{1,32}\\{0,7}["']?(?:name|key)\\{0,7}["']?\s{0,4}[:=]\s{0,4}\\{0,7}["'](?<name>[\w.:-]{1,96}))`,
    isNamed,
  ),
  // `page.fill('#password', '…')`
  judged(
    'form-field',
    ['fill(', 'type(', 'value('],
    String.raw`\.${FILLING}["'\x60][^,\n]{0,96}?${SECRET_FIELD}[^,\n]{0,96}?,\s{0,4}(?=["'])${VALUE}`,
    notHarmless,
  ),
  // `getByLabel('Password').fill('…')`
  judged(
    'form-field',
    ['fill(', 'type(', 'value(', 'keys(', 'sequentially('],
    String.raw`${SECRET_FIELD}[^\n;)]{0,48}\)\.${FILLING}(?=["'])${VALUE}`,
    notHarmless,
  ),
  // `{"element": "Password field", "ref": "e2", "text": "…"}`
  judged(
    'form-field',
    ['"text', '"value'],
    String.raw`"(?:element|selector|label|field|id|target)\\{0,7}"\s{0,4}:\s{0,4}\\{0,7}"[^"\n]{0,96}?${SECRET_FIELD}[^"\n]{0,96}"\s{0,4},\s{0,16}(?:\\{0,7}"ref\\{0,7}"\s{0,4}:\s{0,4}\\{0,7}"[^"\n]{0,32}"\s{0,4},\s{0,16})?\\{0,7}"(?:text|value)\\{0,7}"\s{0,4}:\s{0,4}(?=\\{0,7}")${VALUE}`,
    notHarmless,
  ),
  // `<input value="…" type="password">`, either way round
  judged(
    'form-field',
    ['<input'],
    String.raw`<input\b[^>]{0,256}?\bvalue=(?=\\{0,7}["'])${SHORT_VALUE}(?=\\{0,7}["'][^>]{0,128}?\btype=\\{0,7}["']?password)`,
    notHarmless,
  ),
  judged(
    'form-field',
    ['<input'],
    String.raw`<input\b[^>]{0,256}?\btype=\\{0,7}["']?password[^>]{0,128}?\bvalue=(?=\\{0,7}["'])${VALUE}`,
    notHarmless,
  ),
  // A line of `.pgpass`
  judged(
    'pgpass',
    [':5432:', ':*:', ':5433:', ':6432:'],
    String.raw`(?<![\w.:*-])[\w.*-]{1,128}:(?:\d{2,5}|\*):[\w.*-]{1,64}:[\w.*@-]{1,64}:(?<secret>[^\s"']{2,256})`,
    ({ value }) => !isHarmlessValue(value) && !/^\d+$/.test(value),
  ),
];
