import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/redact/secrets.ts';
import { ALNUM, chars } from './fakes.ts';

const masker = createMasker();
const HEX = '0123456789abcdef';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A word with digits and one without, a long key, a password with a sign in it, hashes, an id; none may be seen. */
const W = chars('tools', 4, 'abcdefghkmnp') + chars('n', 4, '23456789') + 'xq';
const D = 'tulpenzwiebel';
const L = `K4${chars('key', 30, ALNUM)}`;
const P = `Tr${chars('p', 6, '23456789')}!x`;
const H = chars('hex', 32, HEX);
const H64 = chars('hex64', 64, HEX);
const ID = H64.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
const WORDS = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const LISTED_WORDS = WORDS.replaceAll(' ', ', ');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const BASIC = base64(`user1:${W}`);
const URL_IN_BASE64 = base64(`x://a:${W}@h`);
const SAML = base64(`<samlp:Response ID="x"><saml:Assertion>${W}`);
const CRYPT = chars('crypt', 22);
const [LEFT, RIGHT] = [L.slice(0, 16), L.slice(16)];

/** Pairs: a secret where tools and people put it, and what looks much the same. */
const PAIRS: readonly (readonly [shown: string, harmless: string])[] = [
  [`passwords: [abc12345x, ${W}]`, 'passwords: [first, second]'],
  [`{"tokens": ["${H}", "${W}"]}`, '{"tokens": ["<", ">", "if2"]}'],
  [`tokens = [\n  "${L}",\n  "${W}",\n]`, 'tokens = [next(), peek(12345678)]'],
  [`run --tokens ${L},${W} --x`, 'run --max-tokens 2048 --keys id,name'],
  [`tokens:\n  - ${L}\n  - ${W}\nfoo: bar`, 'tokens:\n  - number\n  - string\n'],
  [`tokens:\n- "${L}"\n- '${W}'`, 'secrets:\n- name: a12345678\n- name: b12345678'],
  [`password: &anchor ${W}\nother: *anchor`, 'password: &anchor ${PASSWORD}'],
  [`password: !vault ${W}`, 'password: !Ref DbPassword'],
  [`API_KEY = (\n    "${LEFT}"\n    "${RIGHT}"\n)`, 'token = (\n    next_token\n)'],
  [`const apiKey = '${LEFT}' +\n  '${RIGHT}';`, `throw new Error('password: ' +\n  'not set')`],
  [`export API_KEY="${LEFT}"\\\n"${RIGHT}"`, 'export API_KEY="$A"\\\n"$B"'],
  [`let token = String::from("${W}");`, 'let token = String::new();'],
  [`REDISCLI_AUTH=${W} redis-cli ping`, 'ENABLE_AUTH=true redis-cli ping'],
  [`kind: Secret\nstringData:\n  conn: ${W}\n`, 'kind: ConfigMap\ndata:\n  conn: direct\n'],
  [
    `kind: Secret\nmetadata:\n  name: x\ndata:\n  url: ${URL_IN_BASE64}\n`,
    'kind: Secret\nmetadata:\n  name: x\n',
  ],
  [`data:\n  a: ${D}\nkind: Secret\n`, `data:\n  a: ${D}\nkind: ConfigMap\n`],
  [`variable "db_password" {\n  default = "${D}"\n}`, `variable "region" {\n  default = "${D}"\n}`],
  [`{"value":"${D}","name":"password"}`, `{"value":"${D}","name":"region"}`],
  [`ParameterKey=DBPassword,ParameterValue=${D}`, `ParameterKey=Region,ParameterValue=${D}`],
  [`page.fill('#password', '${D}')`, `page.fill('#email', '${D}')`],
  [`cy.get('[name="password"]').type('${D}')`, `cy.get('[name="city"]').type('${D}')`],
  [`await page.getByLabel('Password').fill('${D}');`, 'await page.getByLabel("Password").fill(password);'],
  [`find(By.ID, "password").send_keys("${D}")`, 'find(By.ID, "password").click()'],
  [`{"element":"Password field","ref":"e2","text":"${D}"}`, `{"element":"City","ref":"e2","text":"${D}"}`],
  [`<input value="${D}" type="password">`, `<input value="${D}" type="text">`],
  [`<input type="password" value="${D}">`, '<input type="password" value="">'],
  [`db.internal:5432:app:bob:${D}`, 'docker run -p 127.0.0.1:5432:5432 postgres'],
  [`*:*:*:bob:${P}`, '*:*:*:bob:*'],
  [`(echo ${W}; echo ${W}) | smbpasswd -s -a bob`, '(echo y; echo n) | ./configure'],
  [`{ echo ${W}; echo ${W}; } | passwd bob`, '{ echo a1; echo a2; } | sort'],
  [`echo ${D} | su - root -c ls`, `echo ${D} | sudo tee log`],
  [`read -r PASS <<< "${D}"`, `read -r name <<< "${D}"`],
  [`mysql_config_editor set --password <<< ${D}`, `wc -c <<< ${D}`],
  [`wrangler secret bulk <<< '{"API": "${W}"}'`, `jq . <<< '{"API": "${W}"}'`],
  [`rsync --password-file=<(echo ${D}) a b`, 'diff <(echo a) <(echo b)'],
  [`restic init --password-command "echo ${D}"`, 'restic init --password-command "pass show restic"'],
  [`echo -n 'bob:${W}' | base64`, 'echo -n "$USER:$PASS" | base64'],
  [`echo ${BASIC} | base64 -d`, 'echo aGVsbG8gd29ybGQ= | base64 -d'],
  [`'Authorization': 'Basic ' + btoa('user:${W}')`, `btoa('hello world')`],
  [`curl --cert client.pem:${W} https://x.example`, 'curl --cert client.pem https://x.example'],
  [`curl -E ./a/b.p12:${P} https://x.example`, 'grep -E "foo:bar" a.txt'],
  [`curl -x bob:${W}@proxy:3128 https://x.example`, 'curl -x proxy.example:3128 https://x.example'],
  [`http -A bearer -a ${W} https://x.example`, 'http -A bearer -a "$TOKEN" https://x.example'],
  [`xh --bearer ${W} https://x.example`, 'xh --bearer $TOKEN https://x.example'],
  [`nuget push a.nupkg -k ${W}`, 'nuget push a.nupkg -k $KEY'],
  [`doctl auth init -t ${H64}`, 'doctl auth init -t $TOKEN'],
  [`pulumi config set --secret stripe ${D}`, 'pulumi config set aws:region eu-central-1'],
  [`qpdf --encrypt ${P} ${D} 256 -- a b`, 'qpdf --check a.pdf'],
  [`pdftk a.pdf input_pw ${D} output b.pdf`, 'pdftk a.pdf cat output b.pdf'],
  [`rclone obscure ${D}`, 'rclone obscure -'],
  [`nmcli dev wifi connect home password "${D}"`, 'nmcli dev wifi connect home'],
  [`ldappasswd -s ${D} uid=b`, 'ldapsearch -s sub uid=b'],
  [`snmpwalk -v2c -c ${D} host`, 'snmpwalk -v2c -c public host'],
  [`twilio login AC${chars('sid', 32, HEX)} ${H}`, 'twilio login'],
  [`net use Z: \\\\h\\s ${P} /user:bob`, 'net use Z: \\\\h\\s /user:bob'],
  [`cmdkey /add:h /user:bob /pass:${D}`, 'cmdkey /list'],
  [`schtasks /create /ru bob /rp ${D} /tn x`, 'schtasks /query /fo LIST'],
  [`psexec \\\\h -u bob -p ${D} cmd`, 'psexec \\\\h cmd'],
  [`createConnection('mysql', 'root', '${D}')`, `createConnection('mysql', 'root', password)`],
  [`assert login("bob", "${P}")`, 'assert login("bob", password)'],
  [`bcrypt.hash('${P}', 10)`, 'bcrypt.hash(password, 10)'],
  [`crypto.createHmac('sha256', '${D}')`, `crypto.createHmac('sha256', key)`],
  [`hmac.new(b"${D}", msg, hashlib.sha256)`, 'hmac.new(key, msg, hashlib.sha256)'],
  [`new ethers.Wallet("0x${H64}")`, `getTransaction("0x${H64}")`],
  [`cast wallet import x --mnemonic "${WORDS}"`, 'cast wallet import x --mnemonic "$WORDS"'],
  [`seed phrase: ${WORDS}`, 'seed phrase: twelve words, see the manual'],
  [`mnemonic: '${LISTED_WORDS}'`, `words: '${LISTED_WORDS}'`],
  [`{"headers":{"cookie":"sid=${W}; a=b"}}`, '{"headers":{"cookie":"theme=dark"}}'],
  [`Set-Cookie: session=${W}; HttpOnly; Path=/`, 'Cookie: the session cookie is set with HttpOnly'],
  [`PHPSESSID=${chars('php', 26, 'abcdefghij0123456789')}`, `session_id=${ID}`],
  [`_gitlab_session=${H}`, 'active_session=second'],
  [`Authorization: Digest username="bob", nonce="a", response="${H}"`, 'Authorization: $DIGEST'],
  [`{"authorization":"AWS4-HMAC-SHA256 Credential=A/b, Signature=${H64}"}`, '{"authorization":"none"}'],
  [`Authorization: GenieKey ${ID}`, 'authorization: granted role=reader'],
  [`https://cas.example.com/validate?ticket=ST-18-${W}${W}`, 'https://issues.example.com/?ticket=ABC-1234'],
  [`SAMLResponse=${SAML}`, 'SAMLResponse=$RESPONSE'],
  [
    `https://x.example/?next=https%3A%2F%2Fbob%3A${W}%40host%2F`,
    'https://x.example/?next=https%3A%2F%2Fhost%3A80',
  ],
  [`https://hooks.slack.com/triggers/T0/123/${H}`, 'https://hooks.slack.com/docs'],
  [
    `https://outlook.office.com/webhook/${ID}@${ID}/IncomingWebhook/${H}/x`,
    'https://outlook.office.com/mail/inbox',
  ],
  [`new UsernamePasswordCredentials("a", "${D}")`, 'new UsernamePasswordCredentials(user, password)'],
  [`request(app).get('/').auth('bob', '${D}')`, `request(app).get('/').auth(user, password)`],
  [`[Net.NetworkCredential]::new('u','${D}')`, '[Net.NetworkCredential]::new($user,$password)'],
  [`<wsse:Password Type="text">${D}</wsse:Password>`, '<wsse:Password Type="text"></wsse:Password>'],
  [`<string name="api_key">${W}</string>`, '<string name="password_label">Your password</string>'],
  [`KeyStore.load(in, "${D}".toCharArray())`, 'keyStore.load(in, password.toCharArray())'],
  [`new SecretKeySpec("${D}".getBytes(), "AES")`, 'new SecretKeySpec(bytes, "AES")'],
  [`signingConfigs { storePassword '${D}' }`, `signingConfigs { storePassword '$password' }`],
  [`proxy_set_header X-Api-Token "${D}";`, 'proxy_set_header X-Api-Token "$token";'],
  [`Passwort: ${W}`, 'Passwort: erforderlich'],
  [`curl --user bob:'${P}' x`, `curl --user bob:'$PASSWORD' x`],
  [`printf 'user = "bob:${D}"' | curl -K - x`, `printf 'user = "bob"' | curl -K - x`],
  [`curl --tlsuser a --tlspassword ${D} x`, 'curl --tlsuser a --tlspassword "$PASSWORD" x'],
  [`sqlmap --auth-cred="bob:${D}"`, 'sqlmap --auth-type=basic'],
  [`evil-winrm -i h -u a -p '${P}'`, 'evil-winrm -i h -u a'],
  [`xfreerdp /v:h /u:a /p:'${P}'`, `xfreerdp /v:h /u:a`],
  [`bindpw ${D}`, 'bindpw $PASSWORD'],
  [`useradd -m bob; echo 'bob:$1$ab$${CRYPT}'`, 'echo $1$2/usr/local/lib/something/else'],
  [`https://maker.ifttt.com/trigger/x/with/key/${W}${W}`, 'https://ifttt.com/explore/new'],
];

/** Forms of tokens, as in gitleaks' and secretlint's rules. */
const TOKENS = [
  `gloas-${H64}`,
  `glffct-${chars('ff', 20)}`,
  `GR1348941${chars('rr', 20)}`,
  `SK${H}`,
  `s.${chars('vs1', 24)}`,
  `v1.0-${chars('ca', 24, HEX)}-${chars('ca2', 146, HEX)}`,
  `sbp_${chars('sb', 40, HEX)}`,
  `pul-${chars('pu', 40, HEX)}`,
  `rubygems_${chars('rg', 48, HEX)}`,
  `dt0c01.${chars('dt', 24, CAPITALS)}.${chars('dt2', 64, CAPITALS)}`,
  `xkeysib-${H64}-${chars('xk', 16)}`,
  `${H}-us12`,
  `key-${H}`,
  `sq0atp-${chars('sq', 22)}`,
  `sntryu_${H64}`,
  `csk-${chars('ck', 48, 'abcdefghij0123456789')}`,
  `LTAI${chars('lt', 20)}`,
  `M${chars('dc', 23)}.${chars('dc2', 6)}.${chars('dc3', 38)}`,
  `pat${chars('air', 14)}.${H64}`,
  `pat.${chars('ha', 22)}.${chars('ha2', 24)}.${chars('ha3', 20)}`,
  `${chars('tf', 14)}.atlasv1.${chars('tf2', 64)}`,
  `API-${chars('oc', 26, CAPITALS)}`,
  `sgp_${chars('sg', 40, HEX)}`,
  `squ_${chars('so', 40, HEX)}`,
  `rdme_${chars('rd', 70, 'abcdefghij0123456789')}`,
  `CCIPAT_${chars('cc', 22)}_${chars('cc', 40, HEX)}`,
  `bkua_${chars('bk', 40, HEX)}`,
  `A3-${chars('op', 6, CAPITALS)}-${chars('op1', 6, CAPITALS)}-${chars('op2', 5, CAPITALS)}-${chars('op3', 5, CAPITALS)}-${chars('op4', 5, CAPITALS)}-${chars('op5', 5, CAPITALS)}`,
  `amzn.mws.${ID}`,
  `FLWSECK_TEST-${H}-X`,
  `lsv2_pt_${H}_${chars('ls', 10, HEX)}`,
  `nsec1${chars('ns', 58, 'qpzry9x8gf2tvdw0')}`,
];
const NO_TOKENS = [
  `cache-key-${H}.tar.gz`,
  'SKIP_TESTS=1 SKU1234567890',
  'var d=s.someMinifiedFunctionName(e)',
  'pat.replaceAllOccurrencesOf.something',
  'us-east-1/my-bucket-us2/path',
  'API-REFERENCE-DOCUMENTATION-2026',
  `git show ${chars('commit', 40, HEX)}`,
  'v1.0-rc1 v1.0-20261126-abcdef123456',
];

const SECRETS = [W, D, L, P, H, H64, ID, WORDS, LISTED_WORDS, BASIC, URL_IN_BASE64, SAML, CRYPT, LEFT, RIGHT];

describe('masker, on secrets as tools write them', () => {
  it.each(PAIRS)('hides the secret in %s', (text) => {
    const [masked = ''] = masker.mask([text]).masked;
    expect(SECRETS.filter((secret) => masked.includes(secret))).toEqual([]);
    expect(masked).toMatch(/\[redacted:[a-z-]+:\d+\]/);
  });

  it.each(PAIRS)('but beside %s shows the whole of %s', (_, harmless) => {
    expect(masker.mask([harmless]).masked).toEqual([harmless]);
  });

  it.each(TOKENS)('knows the form of %s', (token) => {
    const [masked] = masker.mask([`run it with ${token} now`]).masked;
    expect(masked).toMatch(/^run it with (?:\[redacted:[a-z-]+:\d+\])+(?:-X)? now$/);
  });

  it.each(NO_TOKENS)('knows that there is no token in %s', (text) => {
    expect(masker.mask([text]).masked).toEqual([text]);
  });

  it('hides a text of nothing but short secrets, whole where they are more than may be matched', () => {
    const [few = '', many = ''] = masker.mask([`pw=${W} `.repeat(500), `pw=${W} `.repeat(4600)]).masked;
    expect(few).toBe(`pw=[redacted:assignment:${W.length}] `.repeat(500));
    expect(many).not.toContain(W);
  });
});
