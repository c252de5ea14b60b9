import { describe, expect, it } from 'vitest';
import { createVendorScanner } from '../../src/redact/vendor-rules.ts';
import { chars, fakes } from './fakes.ts';

const scan = createVendorScanner();
const github = fakes('vendor')['GitHub token']?.secret ?? '';

describe('vendor rules', () => {
  it('give each text of a batch its own finds, at their places', () => {
    const texts = ['ls', `a ${github} b`, github, 'x'.repeat(100), `${github} ${github}`];
    const found = scan(texts).map((finds, i) => finds?.map(({ start, end }) => texts[i]?.slice(start, end)));
    expect(found).toEqual([[], [github], [github], [], [github, github]]);
  });

  it('find nothing that only the joint of two texts would make', () => {
    expect(scan([github.slice(0, 22), github.slice(22), `${github.slice(0, 22)}\n`])).toEqual([[], [], []]);
  });

  it('reach to the end of a secret where the rule reports a range that starts at its name', () => {
    const secret = chars('aws', 40);
    const text = `AWS_SECRET_ACCESS_KEY="${secret}" # secretlint-disable-line`;
    const [finds] = scan([text]);
    expect(finds?.map(({ rule }) => rule)).toEqual(['aws']);
    expect(finds?.[0]?.end).toBe(text.indexOf(secret) + secret.length);
  });

  it('scan more texts than go into one call', () => {
    const texts = Array.from({ length: 600 }, (_, i) => (i % 100 === 0 ? github : chars(String(i), 30)));
    const hits = scan(texts).flatMap((finds, i) => (finds && finds.length > 0 ? [i] : []));
    expect(hits).toEqual([0, 100, 200, 300, 400, 500]);
  });

  it('leave no trace in the process per call', () => {
    const before = performance.getEntries().length;
    for (let i = 0; i < 50; i++) scan([`${github}${i}`]);
    expect(performance.getEntries().length).toBe(before);
  });
});
