import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneSessionFlags } from '../../src/forwarder/session-flags.ts';

it('flags of sessions go after ninety days, and not before: a session that is resumed is recorded on', () => {
  const dir = mkdtempSync(join(tmpdir(), 'atel-'));
  try {
    const now = Date.now();
    for (const [name, days] of Object.entries({ new: 0, resumed: 89, old: 91 })) {
      writeFileSync(join(dir, name), '');
      utimesSync(join(dir, name), now / 1000, now / 1000 - days * 86_400);
    }
    pruneSessionFlags(dir, now);
    expect(readdirSync(dir).toSorted()).toEqual(['new', 'resumed']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
