import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';

const problemOf = (value: unknown): string | undefined => {
  const parsed = parseConfig(value);
  return parsed.ok ? undefined : parsed.problem;
};

describe('the configuration', () => {
  it.each([
    ['export', 'max_batch_records', 1, 512],
    ['export', 'max_batch_bytes', 65_536, 4_194_304],
    ['export', 'timeout_ms', 100, 600_000],
    ['stack', 'otlp_port', 1, 65_535],
    ['stack', 'loki_port', 1, 65_535],
    ['forwarder', 'scan_millis', 10, 1_000],
    ['forwarder', 'segment_bytes', 4_096, 67_108_864],
  ])('bounds %s.%s', (section, key, least, most) => {
    const problemWith = (value: number): string | undefined => problemOf({ [section]: { [key]: value } });
    expect([least, most].map(problemWith)).toEqual([undefined, undefined]);
    expect(problemWith(least - 1)).toContain(`${section}.${key}: `);
    if (most !== 1_000 && key !== 'segment_bytes')
      expect(problemWith(most + 1)).toContain(`${section}.${key}: `);
  });

  it.each(['idle_seconds', 'heartbeat_seconds'])('takes no %s of 0 or less', (key) => {
    for (const value of [0, -1])
      expect(problemOf({ forwarder: { [key]: value } })).toContain(`forwarder.${key}: `);
    expect(problemOf({ forwarder: { [key]: 0.1 } })).toBeUndefined();
  });

  it('keeps for ever, or for as long as Loki allows at least', () => {
    for (const age of ['0', '24h', '1d', '4w'])
      expect(problemOf({ stack: { loki_retention: age } })).toBeUndefined();
    for (const age of ['23h', '0d', '1y', '-1d'])
      expect(problemOf({ stack: { loki_retention: age } })).toContain('stack.loki_retention: ');
  });

  it.each([
    [{ capture: 'full' }, 'capture'],
    [{ export: { url: 'http://x' } }, 'url'],
    [{ agent: { name: 'x' } }, 'name'],
    [{ forwarder: { idle: 1 } }, 'idle'],
    [{ stack: { port: 1 } }, 'port'],
    [{ project: { root: '/' } }, 'root'],
  ])('names a key that it does not know: %j', (value, key) => {
    expect(problemOf(value)).toContain(`"${key}"`);
  });
});
