/** Telling keys from names: does a run of base64 characters look drawn by lot? */

const MIN_ENTROPY_BITS = 4;
/**
 * Share of neighbours of different kind, a capital before a small letter not counted. Measured: random base64 0.48, of
 * which 0.3 % (32 characters) lie below this; camel case 0.17.
 */
const MIN_CHANGES = 0.23;

/** Marks of public digests and keys in front of their base64: npm integrity, go.sum, ssh fingerprints and public keys. */
const PUBLIC_LEAD =
  /(?:sha(?:1|256|384|512)[-:]|h1:|ssh-(?:rsa|dss|ed25519) |ecdsa-sha2-\w+ |sk-\S+@openssh\.com )$/i;
const PUBLIC_START = /^sha(?:1|256|384|512)-/;
/** Words that make decoded text worth hiding. */
const NAMES_A_SECRET = /passw|pwd|secret|token|key|credential|login/i;
const HEX_RUN = /^[0-9a-f-]+$/i;

/**
 * @param run characters of base64 or base64url, 32 or more
 * @param before the text in front of it
 */
export function looksRandom(run: string, before: string): boolean {
  if (HEX_RUN.test(run) || PUBLIC_START.test(run) || PUBLIC_LEAD.test(before.slice(-48))) return false;
  if (!/[a-z]/.test(run) || !/[A-Z]/.test(run) || !/[0-9]/.test(run)) return false;
  if (entropyBits(run) <= MIN_ENTROPY_BITS) return false;
  const body = run.replace(/=+$/, '');
  // Between separators; hex is for hashes.
  const segments = body.split(/[/_+-]/).filter((segment) => segment.length < 8 || !HEX_RUN.test(segment));
  const neighbours = body.length - segments.length;
  const changed = segments.reduce((sum, segment) => sum + changes(segment), 0);
  return changed >= MIN_CHANGES * neighbours && !isEncodedText(body);
}

/** Base64 of plain words, as in `echo … | base64 -d`. */
function isEncodedText(run: string): boolean {
  const text = decoded(run);
  if (NAMES_A_SECRET.test(text)) return false;
  return /^[\t\n\r -~]+$/.test(text) && /[a-z]{2}[ ,.:\n][ a-z]/i.test(text) && !/[\w+/-]{24}/.test(text);
}

/** Base64 of `user:password`, as in HTTP Basic. */
export function isBasicCredential(value: string): boolean {
  return /^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(value) && /^[ -9;-~]{0,128}:[ -~]+$/.test(decoded(value));
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

/** Shannon entropy of the characters, all of them ASCII, in bits per character. */
function entropyBits(text: string): number {
  const counts = new Uint32Array(128);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

function changes(text: string): number {
  let n = 0;
  let previous = kind(text.charCodeAt(0));
  for (let i = 1; i < text.length; i++) {
    const current = kind(text.charCodeAt(i));
    if (current !== previous && !(previous === 'upper' && current === 'lower')) n++;
    previous = current;
  }
  return n;
}

function kind(code: number): 'upper' | 'lower' | 'digit' {
  if (code >= 97 && code <= 122) return 'lower';
  return code >= 65 && code <= 90 ? 'upper' : 'digit';
}
