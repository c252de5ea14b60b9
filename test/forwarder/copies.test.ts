import { describe, expect, it } from 'vitest';
import { createCopies } from '../../src/forwarder/copies.ts';

/** How many of these captures of one payload count as events. */
function counted(installations: readonly string[]): number {
  const copies = createCopies();
  return installations.filter((installation) => !copies.isCopy('hmac', installation)).length;
}

describe('createCopies', () => {
  it.each([
    [['a'], 1],
    [['a', 'b'], 1],
    [['a', 'a'], 2],
    [['a', 'a', 'b'], 2],
    [['a', 'b', 'a', 'b'], 2],
    [['a', 'b', 'b'], 2],
    [['b', 'a', 'c', 'a'], 2],
    [['a', 'a', 'b', 'b', 'b'], 3],
  ])('counts max(n, m) of captures by %j as %i', (installations, events) => {
    expect(counted(installations)).toBe(events);
  });

  it('tells different payloads apart', () => {
    const copies = createCopies();
    expect([copies.isCopy('x', 'a'), copies.isCopy('y', 'b')]).toEqual([false, false]);
  });

  it('goes on after a restart', () => {
    const before = createCopies();
    before.isCopy('x', 'a');
    expect(createCopies(before.snapshot()).isCopy('x', 'b')).toBe(true);
  });
});
