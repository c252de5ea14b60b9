import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalls } from '../../src/context/calls.ts';

describe('createCalls', () => {
  it('counts what is open, whatever begins, ends, is dropped or saved in between', () => {
    const call = fc.constantFrom('a', 'b', '__proto__', 'constructor', '10', '9');
    const step = fc.oneof(
      fc.tuple(fc.constant('set'), call, fc.constantFrom('open', 'open', 'success', 'odd')),
      fc.tuple(fc.constantFrom('delete', 'deleteOpen', 'save'), call, fc.constant('')),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let calls = createCalls();
        const known = new Map<string, string>();
        for (const [what, id, state] of steps) {
          if (what === 'set') {
            calls.set(id, state);
            known.set(id, state);
          } else if (what === 'delete') {
            calls.delete(id);
            known.delete(id);
          } else if (what === 'deleteOpen') {
            calls.deleteOpen();
            for (const [each, its] of known) if (its === 'open') known.delete(each);
          } else calls = createCalls(JSON.parse(JSON.stringify(calls)));
        }
        expect(calls.open).toBe([...known.values()].filter((state) => state === 'open').length);
        for (const id of ['a', '__proto__', 'constructor', '10']) {
          expect(calls.has(id)).toBe(known.has(id));
          expect(calls.outcome(id)).toBe(known.get(id) === 'success' ? 'success' : undefined);
        }
      }),
    );
  });

  it('keeps the 2,000 that began last', () => {
    const calls = createCalls();
    for (let i = 0; i < 2_010; i++) calls.set(`toolu_${i}`, i < 5 || i > 2_004 ? 'open' : 'success');
    expect(calls.has('toolu_9')).toBe(false);
    expect(calls.has('toolu_10')).toBe(true);
    expect(calls.open).toBe(5);
  });
});
