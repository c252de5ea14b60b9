import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AtelRecord, Outcome } from '../../src/journal/record.ts';
import { createCallCounts, type OutcomeCounts } from '../../src/report/call-counts.ts';
import { CALL_EVENTS, callKey, createOutcomeTable, outcomesOf } from '../../src/report/calls.ts';
import { createRecentKeys } from '../../src/report/recent-keys.ts';
import { callDraft, draft } from '../helpers/records.ts';

const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'denied'];

const asRecord = (made: ReturnType<typeof draft>): AtelRecord => ({
  ...made,
  audit: { ...made.audit, stream: 's/1', seq: 1, prev: '', received: '' },
});

/** A record about the call `id`: its start, its end, or the batch that lists it. */
function about(id: number, kind: 'start' | 'end' | 'batch', outcome: Outcome): AtelRecord {
  const tool = { id: `toolu_${id}`, name: 'Read' };
  if (kind === 'start') return asRecord(callDraft(1, 'PreToolUse', tool));
  if (kind === 'end')
    return asRecord(callDraft(2, 'PostToolUse', tool, { tool_context: { tool_name: 'Read', outcome } }));
  const calls = [{ tool_use_id: tool.id, tool_name: 'Read', outcome }];
  return asRecord(draft(3, { hook_event: 'PostToolBatch', action_details: { calls } }));
}

function countsOf(records: readonly AtelRecord[], kept?: number): OutcomeCounts {
  const counts: OutcomeCounts = {};
  const calls = createCallCounts(kept);
  for (const record of records) calls.add(record, counts);
  calls.finish();
  return counts;
}

/** The same with all calls kept. */
function countAll(records: readonly AtelRecord[]): OutcomeCounts {
  const keys = new Set<string>();
  const outcomes = createOutcomeTable();
  for (const record of records) {
    outcomes.add(record);
    const key = CALL_EVENTS.has(record.hook_event) ? callKey(record) : undefined;
    for (const known of [key, ...Array.from(outcomesOf(record), (told) => told.key)])
      if (known !== undefined) keys.add(known);
  }
  const counts: OutcomeCounts = {};
  for (const key of keys) counts[outcomes.get(key)] = (counts[outcomes.get(key)] ?? 0) + 1;
  return counts;
}

describe('counting calls', () => {
  it('counts each call once, by what its own record says, however near records are mixed', () => {
    const parts = fc.record({
      kind: fc.constantFrom('start', 'end', 'batch'),
      outcome: fc.constantFrom(...OUTCOMES),
      /** How far it stands from where its call is. */
      shift: fc.nat(8),
    });
    fc.assert(
      fc.property(fc.array(fc.array(parts, { minLength: 1, maxLength: 5 }), { maxLength: 60 }), (calls) => {
        const records = calls
          .flatMap((some, id) =>
            some.map(({ kind, outcome, shift }) => ({ at: id + shift, record: about(id, kind, outcome) })),
          )
          .toSorted((a, b) => a.at - b.at)
          .map(({ record }) => record);
        // A call whose records are eight places apart sees at most sixteen others end in between.
        expect(countsOf(records, 16)).toEqual(countAll(records));
      }),
    );
  });

  it('waits for the end of a call as long as it takes', () => {
    const others = Array.from({ length: 100 }, (_, i) => about(i + 1, 'end', 'success'));
    const records = [about(0, 'start', 'failure'), ...others, about(0, 'end', 'failure')];
    expect(countsOf(records, 10)).toEqual({ success: 100, failure: 1 });
  });

  it('lets a call go when so many others have ended after it', () => {
    const first = about(0, 'end', 'failure');
    const others = Array.from({ length: 10 }, (_, i) => about(i + 1, 'end', 'success'));
    expect(countsOf([first, ...others.slice(1), about(0, 'batch', 'denied')], 10)).toEqual({
      failure: 1,
      success: 9,
    });
    expect(countsOf([first, ...others, about(0, 'batch', 'denied')], 10)).toEqual({
      failure: 1,
      success: 10,
      denied: 1,
    });
  });
});

describe('recent keys', () => {
  it('are known as long as no more than so many others came after them', () => {
    const keys = createRecentKeys(2);
    expect(['a', 'b', 'a', 'c', 'b', 'c', 'a', 'a'].map((key) => keys.add(key))).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });
});
