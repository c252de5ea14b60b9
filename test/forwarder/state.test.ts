import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openState } from '../../src/forwarder/state.ts';
import { open } from '../journal/support.ts';
import { draft } from '../journal/drafts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'atel-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('what the forwarder remembers after a crash', () => {
  it('takes a capture for a copy of a whole one, never of a torn one', () => {
    const journal = open(join(dir, 'journal'));
    const captured = (id: string, commit: 'ok' | 'torn') => ({
      ...draft(id, 's'),
      metadata: { installation: 'settings-project' },
      audit: { commit, source_hmac: `hmac of ${commit}` },
    });
    journal.append([captured('whole', 'ok'), captured('torn', 'torn')]);
    journal.close();
    const { copies } = openState(dir, join(dir, 'journal'));
    expect(copies.isCopy('hmac of ok', 'settings-user')).toBe(true);
    expect(copies.isCopy('hmac of torn', 'settings-user')).toBe(false);
  });
});
