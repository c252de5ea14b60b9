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

describe('what the forwarder remembers after a restart', () => {
  it('is what it saved and what was journaled since, each record once', () => {
    const journalDir = join(dir, 'journal');
    const journal = open(journalDir);
    const captured = (id: string) => ({
      ...draft(id, `session of ${id}`),
      metadata: { installation: 'settings-project' },
      audit: { commit: 'ok' as const, source_hmac: `hmac of ${id}` },
    });
    journal.append([captured('saved')]);
    openState(dir, journalDir).save();
    journal.append([captured('since')]);
    journal.close();
    const { copies, registry } = openState(dir, journalDir);
    for (const id of ['saved', 'since']) {
      expect(registry.session(`session of ${id}`)).toBeDefined();
      // One was told by the other installation, so that only one is a copy of it.
      const isCopy = (): boolean => copies.isCopy(`hmac of ${id}`, 'settings-user');
      expect([isCopy(), isCopy()]).toEqual([true, false]);
    }
    rmSync(journalDir, { recursive: true });
    const left = openState(dir, journalDir);
    expect(left.registry.session('session of saved')).toBeDefined();
    expect(left.copies.isCopy('hmac of saved', 'settings-user')).toBe(true);
  });
});
