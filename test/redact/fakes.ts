/** Made-up secrets, put together at run time so that no scanner finds a live-looking one in this repository. */
import { createHash } from 'node:crypto';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const DIGITS = '0123456789';
export const ALNUM = UPPER + LOWER + DIGITS;

/** Characters of `alphabet`, the same for the same seed; drawn by hash, so that they look drawn by lot. */
export function chars(seed: string, length: number, alphabet: string = ALNUM): string {
  let out = '';
  for (let block = 0; out.length < length; block++) {
    for (const byte of createHash('sha256').update(`${seed}/${block}`).digest()) {
      out += alphabet[byte % alphabet.length] ?? '';
    }
  }
  return out.slice(0, length);
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

const glued = (...parts: string[]): string => parts.join('');

/** A secret of each kind; `secret` is what must not be seen. */
export function fakes(seed: string): Record<string, { secret: string; wear?: (secret: string) => string }> {
  const s = (kind: string, length: number, alphabet?: string): string =>
    chars(`${seed}/${kind}`, length, alphabet);
  const word = `${s('word', 3, LOWER)}${s('digits', 3, DIGITS)}${s('rest', 5, LOWER)}`;
  const pemLines = [s('pem1', 64), s('pem2', 64), s('pem3', 48)];
  const pem = (body: string): string =>
    ['-----BEGIN', ' RSA PRIVATE', ' KEY-----\n', body, '\n-----END', ' RSA PRIVATE', ' KEY-----'].join('');
  return {
    'GitHub token': { secret: glued('gh', 'p_', s('gh', 36)) },
    'GitHub fine-grained token': { secret: glued('github', '_pat_', s('pat', 82)) },
    'AWS key id': { secret: glued('AK', 'IA', s('akia', 16, UPPER + DIGITS)) },
    'AWS session key id': { secret: glued('AS', 'IA', s('asia', 16, UPPER + DIGITS)) },
    'AWS secret': { secret: s('aws', 40, `${ALNUM}/+`), wear: (secret) => `AWS_SECRET_ACCESS_KEY=${secret}` },
    'Slack token': {
      secret: glued('xo', 'xb-', `${s('s1', 12, DIGITS)}-${s('s2', 12, DIGITS)}-${s('s3', 24)}`),
    },
    'npm token': { secret: glued('npm', '_', s('npm', 36)) },
    'Anthropic key': { secret: glued('sk-', 'ant-api03-', s('ant', 93), 'AA') },
    'OpenAI key': { secret: glued('sk-', 'proj-', s('oa', 48)) },
    'Stripe key': { secret: glued('sk', '_live_', s('st', 24)) },
    'Google key': { secret: glued('AI', 'za', s('goog', 35)) },
    JWT: {
      secret: `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(`{"sub":"${word}"}`)}.${s('jwt', 43)}`,
    },
    'private key': { secret: pemLines.join('\n'), wear: pem },
    'password assignment': { secret: word, wear: (secret) => `DB_PASSWORD=${secret}` },
    'password with blanks': { secret: `${word} ${word}`, wear: (secret) => `password: "${secret}"` },
    'password flag': { secret: word, wear: (secret) => `--password ${secret}` },
    'bearer header': { secret: s('bearer', 32), wear: (secret) => `Authorization: Bearer ${secret}` },
    'basic header': {
      secret: Buffer.from(`deploy:${word}`).toString('base64'),
      wear: (secret) => `Authorization: Basic ${secret}`,
    },
    'URL password': { secret: word, wear: (secret) => `postgres://app:${secret}@db.internal:5432/app` },
    'query parameter': {
      secret: s('query', 20),
      wear: (secret) => `https://api.example.com/v1/me?token=${secret}`,
    },
    'hex key': { secret: s('hex', 64, '0123456789abcdef'), wear: (secret) => `signing_key=${secret}` },
    'bare random key': { secret: `a1B${s('bare', 45)}` },
  };
}
