import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactBatch } from '../../src/redact/redact.ts';
import { createMasker } from '../../src/redact/secrets.ts';
import { chars, fakes } from './fakes.ts';

const masker = createMasker();
const SAFE = { id: 'scalar', audit: 'all' } as const;
const redact = <T extends object>(value: T) =>
  redactBatch([value], masker, SAFE)[0] ?? { value, redactions: {} };

const W = chars('redact', 11, 'abcdefgh23456789');

describe('redaction of records', () => {
  it('masks every kind of secret in every field, and says per record what it masked', () => {
    const planted = Object.entries(fakes('record')).map(([kind, { secret, wear }]) => {
      const text = `run ${wear ? wear(secret) : secret} now`;
      return {
        kind,
        secret,
        record: {
          id: 'r-1',
          project_path: `/tmp/${text}`,
          action_details: { command: text, paths: [text, '/a'], error: `failed: ${text}` },
          security: { findings: [{ rule: 'x', level: 'low', path: text, why: text }] },
          raw_input: {
            tool_input: { nested: { list: [[text]] } },
            [text]: { args: JSON.stringify({ text }) },
          },
        },
      };
    });
    const results = redactBatch(
      planted.map(({ record }) => record),
      masker,
      SAFE,
    );
    const seen = planted.flatMap(({ kind, secret }, i) => {
      const line = JSON.stringify(results[i]?.value);
      return secret.split(/\n| /).some((part) => line.includes(part)) ? [`${kind}: ${line}`] : [];
    });
    expect(seen).toEqual([]);
    expect(
      results.map(({ redactions }) => Object.values(redactions).reduce((a, b) => a + b, 0) >= 8),
    ).toEqual(results.map(() => true));
  });

  it('masks a value whose name says that it is a secret', () => {
    const { value, redactions } = redact({
      raw_input: {
        password: W,
        apiKey: W,
        env: { DB_PASSWORD: W, PORT: '80', TOKEN_FILE: '/run/token' },
        pin: { password: 12345678 },
        list: [
          { name: 'API_TOKEN', value: W },
          { name: 'PORT', value: '8080' },
        ],
        stack: [
          { ParameterKey: 'DBPassword', ParameterValue: W },
          { ParameterKey: 'Size', ParameterValue: '8080' },
        ],
        fill: [
          { element: 'Password field', ref: 'e2', text: W },
          { selector: '#user', text: W },
        ],
        argv: ['login', '--password', W, '--user', 'bob'],
        password_hash_type: 'argon2',
      },
    });
    const gone = `[redacted:named-field:${W.length}]`;
    expect(value).toEqual({
      raw_input: {
        password: gone,
        apiKey: gone,
        env: { DB_PASSWORD: gone, PORT: '80', TOKEN_FILE: '/run/token' },
        pin: { password: '[redacted:named-field:8]' },
        list: [
          { name: 'API_TOKEN', value: gone },
          { name: 'PORT', value: '8080' },
        ],
        stack: [
          { ParameterKey: 'DBPassword', ParameterValue: gone },
          { ParameterKey: 'Size', ParameterValue: '8080' },
        ],
        fill: [
          { element: 'Password field', ref: 'e2', text: gone },
          { selector: '#user', text: W },
        ],
        argv: ['login', '--password', gone, '--user', 'bob'],
        password_hash_type: 'argon2',
      },
    });
    expect(redactions).toEqual({ 'named-field': 8 });
  });

  it('leaves ids and hashes of ours alone, and shares what it did not change', () => {
    const value = {
      id: fakes('id')['GitHub token']?.secret ?? '',
      audit: { source_hmac: chars('h', 64) },
      a: ['ls'],
    };
    expect(redact(value).value).toBe(value);
    expect(redact({ ...value, b: `PASSWORD=${W}` }).value.a).toBe(value.a);
  });

  it('leaves alone no more than what is named as safe, and that in every item of an array', () => {
    const call = { id: `PASSWORD=${W}`, note: `PASSWORD=${W}` };
    const value = { calls: [call], id: [call.id], note: call.id, constructor: call.id, audit: { a: [call] } };
    const gone = `PASSWORD=[redacted:assignment:${W.length}]`;
    const [masked] = redactBatch([value], masker, { ...SAFE, calls: { id: 'scalar' } });
    expect(masked?.value).toEqual({
      calls: [{ id: call.id, note: gone }],
      id: [gone],
      note: gone,
      constructor: gone,
      audit: { a: [call] },
    });
  });

  it('counts the secrets of each record apart', () => {
    const texts = [`PASSWORD=${W}`, 'ls', `PASSWORD=${W}; PGPASSWORD=${W}`, `PASSWORD=${W}`];
    expect(
      redactBatch(
        texts.map((command) => ({ command })),
        masker,
        SAFE,
      ).map(({ redactions }) => redactions),
    ).toEqual([{ assignment: 1 }, {}, { assignment: 2 }, { assignment: 1 }]);
  });

  it('keeps the shape of any record, and changes nothing a second time', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        `PASSWORD=${W}`,
        '--password',
        'DB_PASSWORD',
        ...Object.values(fakes('any')).map(({ secret }) => secret),
      ),
    );
    const name = fc.oneof(text, fc.constantFrom('password', 'name', 'value', '__proto__', 'id', 'token'));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape);
      if (typeof value !== 'object' || value === null)
        return typeof value === 'number' ? 'string' : typeof value;
      return Object.values(value).map(shape);
    };
    fc.assert(
      fc.property(fc.array(fc.dictionary(name, json, { maxKeys: 4 }), { maxLength: 4 }), (values) => {
        const once = redactBatch(values, masker, SAFE).map(({ value }) => value);
        expect(once.map(shape)).toEqual(values.map(shape));
        const twice = redactBatch(once, masker, SAFE);
        expect(twice.map(({ value }) => value)).toEqual(once);
        expect(twice.every(({ redactions }) => Object.keys(redactions).length === 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
