import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { ownRecord } from '../../src/forwarder/own-records.ts';
import { detailOf } from '../../src/report/describe.ts';

const who = { host: 'laptop', user: 'ann', telemetryVersion: '0' };

describe('the line of a record about ourselves', () => {
  it('says what it is and what it tells', () => {
    const loss = ownRecord('loss', { why: 'nospool' }, who, { atNanos: systemClock() });
    expect(detailOf({ ...loss, audit: { stream: 's/1', seq: 1, prev: '' } })).toBe('loss why=nospool');
  });
});
