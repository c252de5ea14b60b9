import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StepDown } from '../../src/journal/segment-writer.ts';
import { listSegments } from '../../src/journal/segments.ts';
import { draft } from './drafts.ts';
import { appendEach, open, segmentOf, temporaryJournal, verdictOf } from './support.ts';

describe('a writer that is not alone', () => {
  it('steps down and writes nothing when another has appended', () => {
    const dir = temporaryJournal();
    const [stale, leader] = [open(dir), open(dir)];
    appendEach(leader, ['a', 'b']);
    expect(() => stale.append([draft('c', 's')])).toThrow(StepDown);
    appendEach(leader, ['d']);
    leader.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 4 });
  });

  it('steps down when another has gone on to a new segment', () => {
    const dir = temporaryJournal();
    const options = { segmentBytes: 10 };
    const [stale, leader] = [open(dir, options), open(dir, options)];
    leader.append([draft('a', 's')]);
    expect(() => stale.append([draft('b', 's')])).toThrow(StepDown);
    leader.close();
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 2 });
  });

  it('steps down when the head was changed or removed', () => {
    for (const change of [(path: string) => rmSync(path), (path: string) => appendFileSync(path, ' ')]) {
      const dir = temporaryJournal();
      const journal = open(dir);
      change(join(dir, 'head.json'));
      expect(() => journal.append([draft('a', 's')])).toThrow(StepDown);
    }
  });

  it('steps down when another has only made the next segment, and the next one goes on there', () => {
    const dir = temporaryJournal();
    const options = { segmentBytes: 10 };
    const stale = open(dir, options);
    const next = segmentOf(dir).replace('-000001', '-000002');
    writeFileSync(next, '');
    expect(() => stale.append([draft('a', 's')])).toThrow(StepDown);
    const leader = open(dir, options);
    appendEach(leader, ['b', 'c']);
    leader.close();
    expect(readFileSync(next, 'utf8').split('\n').length).toBe(2);
    expect(listSegments(dir)).toHaveLength(3);
    expect(verdictOf(dir)).toMatchObject({ verdict: 'intact', records: 3 });
  });

  it('steps down when its file was edited, appended to, replaced, or removed', () => {
    const changes: readonly ((path: string) => void)[] = [
      (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"level":"INFO"', '"level":"WARN"')),
      (path) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
      (path) => appendFileSync(path, '{}\n'),
      (path) => rmSync(path),
    ];
    for (const change of changes) {
      const dir = temporaryJournal();
      const journal = open(dir);
      change(segmentOf(dir));
      expect(() => journal.append([draft('a', 's')])).toThrow(StepDown);
    }
  });
});
