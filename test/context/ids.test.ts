import { describe, expect, it } from 'vitest';
import { parseTraceparent, spanIdOf, traceIdOf } from '../../src/context/ids.ts';

// Computed once with `printf 'agent-telemetry/trace/v1\0root' | sha256sum` and its like; every host must agree.
describe('deterministic ids', () => {
  it('derives the trace id from the root session alone', () => {
    expect(traceIdOf('root')).toBe('125880577045d930b65fca0ff70ae155');
  });

  it('derives span ids from session and key', () => {
    expect(spanIdOf('s', 'session')).toBe('57725407810ba4f1');
    expect(spanIdOf('s', 'tool:toolu_1')).toBe('9346fa3e02166653');
  });
});

describe('parseTraceparent', () => {
  it('takes a W3C header apart', () => {
    expect(parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toEqual({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    });
  });

  it.each([undefined, '', 'x', '00-00000000000000000000000000000000-b7ad6b7169203331-01'])(
    'refuses %j',
    (value) => {
      expect(parseTraceparent(value)).toBeUndefined();
    },
  );
});
