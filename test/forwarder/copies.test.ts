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

  it('remembers the 10,000 captures that it met last', () => {
    const copies = createCopies();
    const meet = (hmac: string, installation: string): boolean => copies.isCopy(hmac, installation);
    for (let i = 0; i < 10_000; i++) meet(`${i}`, 'a');
    meet('0', 'a');
    meet('new', 'a');
    expect([meet('0', 'b'), meet('1', 'b'), meet('new', 'b')]).toEqual([true, false, true]);
  });

  it('goes on after a restart', () => {
    const before = createCopies();
    before.isCopy('x', 'a');
    expect(createCopies(before.snapshot()).isCopy('x', 'b')).toBe(true);
  });
});
