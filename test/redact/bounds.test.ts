import { describe, expect, it } from 'vitest';
import { createMasker } from '../../src/redact/secrets.ts';
import type { SecretRule } from '../../src/redact/secret-rule.ts';
import { SECRET_RULES } from '../../src/redact/secret-rules.ts';

const LIMIT = 65_536;
const fill = (piece: string, chars = LIMIT): string =>
  piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars);

/** Masks a text, and counts the characters of all matches that the rules with a second look made in it. */
function maskCounted(text: string): { masked: string; matched: number } {
  let matched = 0;
  const rules = SECRET_RULES.map(({ accept, ...rule }): SecretRule =>
    accept
      ? {
          ...rule,
          accept: (match) => {
            matched += match.valueStart - match.start + match.value.length;
            return accept(match);
          },
        }
      : rule,
  );
  const [masked = ''] = createMasker(rules).mask([text]).masked;
  return { masked, matched };
}

describe('work on a text', () => {
  it.each([['token=a('], ['pass:pass:passphrase-fd'], ['jwt:/'], ['cat <<A\n'], ['pw=/tmp/']])(
    'ends at eight times the longest text in matched characters, and hides the text: %j',
    (piece) => {
      const { masked, matched } = maskCounted(fill(piece));
      expect(masked === `[redacted:error:${LIMIT}]`).toBe(true);
      expect(matched).toBeGreaterThan(LIMIT);
      expect(matched).toBeLessThanOrEqual(8 * LIMIT);
    },
  );

  it('counts what all rules match together', () => {
    const rules = (count: number): SecretRule[] =>
      Array.from({ length: count }, (_, i) => ({
        id: `never-${i}`,
        hints: ['aa'],
        pattern: /(?<secret>a{4096})/g,
        accept: () => false,
      }));
    const text = fill('a');
    expect(createMasker(rules(7)).mask([text]).masked[0] === text).toBe(true);
    expect(createMasker(rules(9)).mask([text]).masked).toEqual([`[redacted:error:${LIMIT}]`]);
  });

  it('leaves a text that needs less as it is, however many names of secrets are in it', () => {
    const source = fill('const token = tokens.next(); // see auth.md, key: null\n');
    expect(maskCounted(source).masked === source).toBe(true);
  });

  /** Finds the last `a` that stands at the end, or before what is masked: one a pass. */
  const oneAPass: SecretRule = { id: 'last', hints: ['bb'], pattern: /(?<secret>a)(?=\x9f*$)/g };
  const passesOver = (text: string): { masked: string; scanned: number[] } => {
    const scanned: number[] = [];
    const accept: SecretRule['accept'] = (match) => scanned.push(match.text.length) > 0;
    const [masked = ''] = createMasker([{ ...oneAPass, accept }]).mask([`bb${text}`]).masked;
    return { masked, scanned };
  };

  it('ends after eight passes over a short text', () => {
    expect(passesOver('aaa').masked).toBe(`bb${'[redacted:last:1]'.repeat(3)}`);
    expect(passesOver('aaaaaaa').scanned).toHaveLength(7);
    expect(passesOver('aaaaaaaa').masked).toMatch(/^\[redacted:error:\d+\]$/);
  });

  it('ends after three times the longest text in scanned characters', () => {
    const { masked, scanned } = passesOver('b'.repeat(LIMIT - 200) + 'a'.repeat(8));
    expect(scanned.reduce((sum, chars) => sum + chars)).toBeLessThanOrEqual(3 * LIMIT);
    expect(scanned).toHaveLength(3);
    expect(masked).toMatch(/^\[redacted:error:\d+\]$/);
  });
});
