import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLeftovers } from '../../src/forwarder/leftovers.ts';
import { resolvePaths } from '../../src/platform/paths.ts';

it('temporary files of processes that are gone are removed wherever we replace files, and no others', () => {
  const home = mkdtempSync(join(tmpdir(), 'atel-'));
  try {
    const paths = resolvePaths({ HOME: home });
    const { dataDir, journalDir, deadLetterDir } = paths;
    const gone = spawnSync('/bin/true').pid;
    for (const dir of [dataDir, journalDir, join(journalDir, 'torn'), deadLetterDir]) {
      mkdirSync(dir, { recursive: true });
      // A process of ours that is gone may have had our own number.
      const litter = [gone, process.pid].map((pid) => join(dir, `state.json.${pid}.tmp`));
      const kept = [`state.json.${process.ppid}.tmp`, 'state.json', 'x.tmp'].map((name) => join(dir, name));
      for (const file of [...litter, ...kept]) writeFileSync(file, '');
      removeLeftovers(paths);
      expect([litter.map(existsSync), kept.map(existsSync)]).toEqual([
        [false, false],
        [true, true, true],
      ]);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
