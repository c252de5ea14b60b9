import { describe, expect, it } from 'vitest';
import { isPlainId } from '../../src/event/plain-id.ts';

describe('isPlainId', () => {
  it.each(['../etc', 'a b', '', 'x'.repeat(129), 'a\nb', 'a;b'])('refuses %j', (id) => {
    expect(isPlainId(id)).toBe(false);
  });
});
