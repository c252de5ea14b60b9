import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/redact/secrets.ts';
import { SECRET_RULES } from '../../src/redact/secret-rules.ts';
import { ALNUM, chars, fakes } from './fakes.ts';
import { harmlessCommands } from './harmless.ts';
import { harmlessTexts } from './harmless-texts.ts';

const masker = createMasker();
const mask = (text: string): string => masker.mask([text]).masked[0] ?? '';

/** Places where a worn secret may stand. */
const SPOTS: Record<string, (worn: string) => string> = {
  'a command': (worn) => `cd /srv/app && run-it ${worn} --verbose`,
  'a double-quoted word': (worn) =>
    `curl -s -H "${worn.replaceAll('"', '\\"')}" https://api.example.com/v1/items`,
  'a single-quoted word': (worn) => `deploy --set '${worn}' && echo done`,
  'a here-document': (worn) =>
    `cat > config.ini <<'EOF'\n[main]\n${worn}\nname = x\nEOF\nchmod 600 config.ini`,
  'JSON in a string': (worn) =>
    `curl -d '${JSON.stringify({ user: 'bob', note: worn, n: 1 })}' localhost:8080`,
  'JSON in JSON in a string': (worn) => JSON.stringify({ body: JSON.stringify({ note: worn }) }),
  'an error message': (worn) => `Error: request failed with status 401 (sent ${worn}) at client.ts:12`,
  'a path': (worn) => `/tmp/work/${worn}/result.txt`,
  'a list of lines': (worn) => `first line\n${worn}\nlast line`,
  'the very start and end': (worn) => worn,
};

/** Spots where the wrapping takes the meaning from what is not recognised by its own form. */
const OWN_FORM_ONLY = new Set(['a path']);

/** Put together, so that no scanner takes this file for a key. */
const PEM_HEADER = ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ');

describe('masker', () => {
  for (const [spot, place] of Object.entries(SPOTS)) {
    it(`hides every kind of secret in ${spot}`, () => {
      const planted = Object.entries(fakes(spot)).filter(([, { wear }]) => !wear || !OWN_FORM_ONLY.has(spot));
      const texts = planted.map(([, { secret, wear }]) => place(wear ? wear(secret) : secret));
      const { masked, byRule } = masker.mask(texts);
      const seen = planted.flatMap(([kind, { secret }], i) => {
        const text = masked[i] ?? '';
        // No line of it, and no half of a line, may be left; in JSON a newline is written as two characters.
        const pieces = secret.split(/\n| /).flatMap((line) => [line, line.slice(0, 12), line.slice(-12)]);
        return pieces.some((piece) => piece.length > 5 && text.includes(piece)) ? [`${kind}: ${text}`] : [];
      });
      expect(seen).toEqual([]);
      expect(byRule.every((counts) => Object.keys(counts).length > 0)).toBe(true);
    });
  }

  const W = chars('word', 4, 'abcdefghkmnp') + chars('n', 4, '23456789') + 'xq';
  it.each([
    `mysql -h db -u root -p${W} app`,
    `mysqldump -uroot -p'${W}' --all-databases | gzip > x.gz`,
    `/usr/bin/mysql --password=${W} -e 'select 1'`,
    `MYSQL_PWD=${W} mysql -u root`,
    `PGPASSWORD="${W}" psql -h db -U app -c 'select 1'`,
    `sshpass -p ${W} ssh root@10.0.0.1`,
    `sshpass -p'${W}' scp a b:`,
    `curl -u admin:${W} https://example.com`,
    `curl --user "admin:${W}" https://example.com`,
    `curl -uadmin:${W} https://example.com`,
    `docker login -u me -p ${W} registry.example.com`,
    `docker login --username me --password \\\n    ${W} registry.example.com`,
    `echo ${W} | docker login -u me --password-stdin`,
    `echo "${W}" | sudo -S apt-get update`,
    `sudo -S ls <<< "${W}"`,
    `redis-cli -h cache -a ${W} ping`,
    `openssl enc -aes-256-cbc -in a -out b -k ${W}`,
    `openssl rsa -in key.pem -passin pass:${W}`,
    `ldapsearch -x -D cn=admin -w ${W} -b dc=x`,
    `aws configure set aws_secret_access_key ${W}`,
    `npm config set //registry.npmjs.org/:_authToken ${W}`,
    `kubectl create secret generic db --from-literal=conn=${W}`,
    `unzip -P ${W} archive.zip`,
    `7z x -p${W} archive.7z`,
    `htpasswd -nbB admin ${W}`,
    `keytool -list -keystore a.jks -storepass ${W}`,
    `gpg --batch --passphrase ${W} -c file`,
    `git clone https://bob:${W}@git.example.com/a/b.git`,
    `git clone https://oauth2:p@${W}@git.example.com/a/b.git`,
    `psql "postgresql://app:${W}@db/app?sslmode=require"`,
    `curl "https://example.com/cb?code=1&access_token=${W}&x=1"`,
    `curl 'https://blob.example.net/c?sv=2020&sig=${W}%3D'`,
    `curl -b 'session=${W}; theme=dark' -H 'Cookie: sid=${W}' https://example.com`,
    `curl -H 'X-Api-Key: ${W}' https://example.com`,
    `curl -d '{"user":"bob","password":"${W}"}' https://example.com`,
    `curl --data-urlencode password=${W} --data 'user=x' https://example.com`,
    `curl 'https://example.com/?q=%7B%22password%22%3A%22${W}%22%7D'`,
    `printf 'machine example.com login bob password ${W}\\n' >> ~/.netrc`,
    `mysql -e "CREATE USER 'a'@'%' IDENTIFIED BY '${W}'"`,
    `psql -c "ALTER ROLE app WITH PASSWORD '${W}'"`,
    `cat > .env <<EOF\nFOO=${W}\nBAR=2\nEOF\necho ok`,
    `Server=db;Uid=sa;Pwd=${W};Database=x`,
    `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${W}==;EndpointSuffix=core.windows.net`,
    `{\\"password\\": \\"${W}\\"}`,
    `["docker","login","--password","${W}"]`,
    `const client = connect({ password: '${W}' })`,
    `https://hooks.slack.com/services/T0000/B0000/${W}`,
    `smbclient //host/share -U bob%${W}`,
    `sqlplus system/${W}@db`,
    `terraform apply -var 'db_password=${W}'`,
    `export API_KEY=${W} SECRET_KEY="${W}"`,
    `SSHPASS=${W} sshpass -e ssh host`,
    `DB_PW=${W} LDAPPASS=${W} ./run`,
    `{"smtpPass": "${W}", "auth": "${Buffer.from(`bob:${W}`).toString('base64')}"}`,
    `vault kv put secret/app user=x1 key=${W} other="${W}"`,
    `vault write auth/userpass/users/bob password1=${W}`,
    `vault kv put secret/app k=${W}`,
    `vault kv put -mount=secret app k=${W} other='${W}'`,
    `fly secrets set A=${W}`,
    `fly secrets set A=${W} B="${W}" C='${W}' -a app`,
    `cd app && flyctl secrets  set \\\n  A=${W} && echo ok`,
    `vault write a/b c=@x.json; vault write a=${W}`,
    `aws secretsmanager create-secret --name x --secret-string ${W}`,
    `aws ssm put-parameter --name /x --type SecureString --value '${W}'`,
    `security add-generic-password -a bob -s svc -w ${W}`,
    `echo "db:5432:app:bob:${W}" >> ~/.pgpass`,
    `printf '%s' '${W}' | sudo tee /run/secrets/db_password`,
    `expect -c 'spawn ssh host; send "${W}\\r"'`,
    'fetch(url, { headers: { Authorization: `Bearer ' + W + '` } })',
    `password=\\\n${W}`,
    `PASSWORD=$'${W}'`,
    `${PEM_HEADER}\nMIIE${W}${W}${W}`,
    Buffer.from(`${PEM_HEADER}\nMIIE${W}${W}`)
      .toString('base64')
      .replace(/(.{60})/, '$1\n'),
  ])('hides the password in %s', (text) => {
    const masked = mask(text);
    expect(masked).not.toContain(W);
    expect(masked).toMatch(/\[redacted:[a-z0-9-]+:\d+\]/);
  });

  it('shows what is no secret in and beside the settings of commands that write secrets', () => {
    const commands = [
      'fly secrets set A=$A B="${B}" C=true',
      'fly secrets list -a app; make mode=release',
      'fly secrets set A=$A; make mode=release',
      'fly secrets set A=$A | tee log level=debug',
      'fly secrets set A=$A\nmake mode=release',
      'vault kv put secret/app k=@file.json',
      'make mode=release && vault write secret/app @file.json',
      `vault write ${'x'.repeat(600)} mode=release`,
    ];
    expect(masker.mask(commands).masked).toEqual(commands);
  });

  it('cannot be switched off by the text', () => {
    const { secret } = fakes('off')['GitHub token'] ?? { secret: '' };
    const texts = ['# secretlint-disable', '/* secretlint-disable */', '// secretlint-disable-line'].flatMap(
      (off) => [`${off}\necho ${secret}`, `echo ${secret} ${off}`],
    );
    const { masked } = masker.mask(texts);
    expect(masked.filter((text) => text.includes(secret))).toEqual([]);
    // The neighbours of such a text in the batch are masked as well.
    expect(masker.mask(['# secretlint-disable', `echo ${secret}`]).masked[1]).not.toContain(secret);
  });

  it('keeps what is around a secret and says which rule hid how many characters', () => {
    const { masked, byRule } = masker.mask([`PGPASSWORD=${W} psql -h db`, 'ls -la']);
    expect(masked).toEqual([`PGPASSWORD=[redacted:assignment:${W.length}] psql -h db`, 'ls -la']);
    expect(byRule).toEqual([{ assignment: 1 }, {}]);
  });

  it('finds the same secrets alone and in a batch, whatever the neighbours are', () => {
    const texts = Object.values(fakes('batch')).map(({ secret, wear }) => (wear ? wear(secret) : secret));
    const broken = texts.flatMap((text) => [text, text.slice(0, -3), `-----BEGIN RSA`, text.slice(5)]);
    expect(masker.mask(broken).masked).toEqual(broken.map(mask));
  });

  it.each([
    { kind: 'commands', commands: harmlessCommands(), atLeast: 500 },
    { kind: 'texts that speak of secrets', commands: harmlessTexts(), atLeast: 150 },
  ])('changes less than 2 % of harmless $kind', ({ commands, atLeast }) => {
    const { masked, byRule } = masker.mask(commands);
    const changed = commands.flatMap((command, i) =>
      masked[i] === command ? [] : [`${command}  →  ${masked[i]} ${JSON.stringify(byRule[i])}`],
    );
    console.log(`harmless texts changed: ${changed.length} of ${commands.length}\n${changed.join('\n')}`);
    expect(commands.length).toBeGreaterThanOrEqual(atLeast);
    expect(new Set(commands).size).toBe(commands.length);
    expect(changed.length / commands.length).toBeLessThan(0.02);
  });

  it('shows nothing of a text beyond the scanned length', () => {
    const secret = `${chars('late', 30, ALNUM)}Z9`;
    for (const at of [61_430, 65_520, 65_536, 70_000, 200_000]) {
      const text = `${'lorem ipsum '.repeat(Math.ceil(at / 12)).slice(0, at)} --password ${secret} end`;
      const masked = mask(text);
      for (let i = 0; i + 8 <= secret.length; i++) expect(masked).not.toContain(secret.slice(i, i + 8));
      expect(masked.length).toBeLessThan(66_000);
    }
  });

  it('hides a whole text when a rule fails on it, and only that text', () => {
    const failing = createMasker([
      ...SECRET_RULES,
      {
        id: 'failing',
        hints: ['boom'],
        pattern: /(?<secret>boom)/g,
        accept: () => {
          throw new Error('rule failed');
        },
      },
    ]);
    const { masked, byRule } = failing.mask(['ls', 'a boom here', `PASSWORD=${W}`]);
    expect(masked).toEqual(['ls', '[redacted:error:11]', `PASSWORD=[redacted:assignment:${W.length}]`]);
    expect(byRule[1]).toEqual({ error: 1 });
  });

  it('leaves its own marks alone, but not texts that only look like one', () => {
    expect(mask('password=[redacted:assignment:9] x')).toBe('password=[redacted:assignment:9] x');
    expect(mask(`password=[redacted:${W}:9]`)).not.toContain(W);
  });
});

describe('masker, bounded in time', () => {
  const MEGABYTE = 1_048_576;
  const fill = (piece: string): string => piece.repeat(Math.ceil(MEGABYTE / piece.length)).slice(0, MEGABYTE);
  it.each([
    ['a'],
    ['='],
    ['"'],
    ['\\'],
    [' '],
    ['A1b2'],
    ['pass'],
    ['token='],
    ['password="'],
    ["password='x"],
    ['token=/tmp/'],
    ['secret: \\"'],
    ['eyJ'],
    ['-eyJa'],
    ['eyJaaaaaa.'],
    ['://'],
    ['a://b:'],
    ['a://a:a@'],
    ['-----BEGIN PRIVATE KEY-----'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE'],
    ['<<A\n'],
    ['cat > .env <<A\n'],
    ['mysql '],
    ['mysql -p'],
    ['echo "'],
    ['echo a|'],
    ['&key='],
    ['?aaaaaaaa_'],
    ['Authorization: '],
    ['"authorization:'],
    ['bearer '],
    ['set secret'],
    ['sk-'],
    ['SG.a.'],
    ['ghs_1_a.'],
    ['xoxb-a-'],
    ['mongodb://a:b'],
    ['--a-a-a-a-'],
    ['--password '],
    ['LS0tLS1CRUdJTiAAAAAAAA\n'],
    ['0123456789abcdef'],
    ['[redacted:assignment:9]'],
    ['\\\n'],
    ['htpasswd -b a '],
    ['login a '],
    ['\u0000\n'],
    ['a/B1'],
    ['aB1/'],
    ['password=\ufffc'],
    ['passw\\\nord=x'],
    ['IDENTIFIED BY '],
    ['https://aaaa1aaaaaaaaaaaaaaaa'],
    ['vault write a a=b '],
    ['vault write a=a='],
    ['echo a>a'],
    ['printf "'],
    ['expect send "a'],
    ['LS0tLS1CRUdJTi'],
    ['put-parameter '],
    ['tokens: ['],
    ['tokens:\n- a'],
    ['token="a" + "'],
    ['stringData:\n a: b\n'],
    ['kind: Secret\n data:\n'],
    ['<input value="'],
    ['nmcli password '],
    ['$1$a$'],
  ])('scans a megabyte of %j in less than a second', (piece) => {
    const text = fill(piece);
    const start = performance.now();
    mask(text);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('masker, as a law', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(...Object.values(fakes('law')).map(({ secret, wear }) => (wear ? wear(secret) : secret))),
    fc.constantFrom(
      'password',
      'token',
      'PWD',
      '=',
      ': ',
      '"',
      "'",
      '\\"',
      '\\',
      '\n',
      '\\\n',
      ' ',
      '|',
      '://',
      '@',
      ':',
      '?key=',
      '&',
      '<<EOF\n',
      '\nEOF\n',
      '-p',
      '--password ',
      'mysql ',
      'curl -u ',
      'Authorization: ',
      'Bearer ',
      'eyJ',
      '[redacted:',
      '[redacted:assignment:3]',
      ']',
      'x1y2z3',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'echo ',
      ' | sudo -S x',
      '$',
      '${',
      '}',
      ',',
      '%3D',
      '\ud800',
      '\u0000',
    ),
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

  it('gives back as many texts as it got, and changes none of them a second time', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        const { masked, byRule } = masker.mask(texts);
        expect(masked).toHaveLength(texts.length);
        expect(byRule).toHaveLength(texts.length);
        const again = masker.mask(masked);
        expect(again.masked).toEqual(masked);
        expect(again.byRule.every((counts) => Object.keys(counts).length === 0)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same alone and in a batch', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        expect(masker.mask(texts).masked).toEqual(texts.map(mask));
      }),
      { numRuns: 300 },
    );
  });
});
