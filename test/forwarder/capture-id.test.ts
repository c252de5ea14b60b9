import { describe, expect, it } from 'vitest';
import { captureId } from '../../src/forwarder/capture-id.ts';

const entry = { name: '77.12.0', mtimeNanos: 1n, inode: 2n, size: 3, foreign: undefined };

describe('the id of a capture', () => {
  it('is the kernel’s uuid that names its file', () => {
    const name = '3f0a9c1e-0000-4000-8000-000000000001';
    expect(captureId('install', { ...entry, name })).toBe(name);
  });

  it('is else of that file alone: of its install, name, time and inode, which no other one has', () => {
    const id = captureId('install', entry);
    expect(id).toMatch(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    // A file that is looked at again is the same, however long it has become.
    expect(captureId('install', { ...entry, size: 4 })).toBe(id);
    const others = [{ name: '77.12.1' }, { mtimeNanos: 2n }, { inode: 3n }].map((change) =>
      captureId('install', { ...entry, ...change }),
    );
    expect(new Set([id, captureId('other', entry), ...others]).size).toBe(5);
  });
});
