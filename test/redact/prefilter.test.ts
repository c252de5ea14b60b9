import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRuleFilter } from '../../src/redact/prefilter.ts';
import { rule } from '../../src/redact/secret-rule.ts';
import { SECRET_RULES } from '../../src/redact/secret-rules.ts';

describe('choice of rules', () => {
  const literals = SECRET_RULES.flatMap(({ hints }) => (hints === 'long-run' ? [] : hints));
  const byHints = SECRET_RULES.filter(({ hints }) => hints !== 'long-run');
  const filter = createRuleFilter(byHints);

  it('takes every rule of which a hint is in the text, in their order, and no other', () => {
    const piece = fc.oneof(
      fc.constantFrom(...literals),
      fc.constantFrom(...literals).map((literal) => literal.slice(1)),
      fc.constantFrom(...literals).map((literal) => literal.toUpperCase()),
      fc.constantFrom(' ', 'é', 'ı', '\u0000', '\n', 'x'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const lower = text.toLowerCase();
        const expected = byHints.filter(
          ({ hints }) => hints !== 'long-run' && hints.some((hint) => lower.includes(hint)),
        );
        expect(filter(text)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no rule on an empty text', () => {
    expect(filter('')).toEqual([]);
  });

  it.each([['x'], ['Key'], ['clé'], ['']])('refuses the hint %j, which would never be found', (hint) => {
    expect(() => createRuleFilter([rule('odd', [hint], '(?<secret>x)')])).toThrow('not a hint');
  });
});
