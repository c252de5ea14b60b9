import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { shellQuote } from '../../src/capture/shell-quote.ts';

it.each(['', "it's", "'a' 'b'", "'; exit 1 #", '$(id) `id` "x" \\', 'two\nlines', '*', '-n', '~'])(
  'a shell takes the quoted %j for this very word',
  (word) => {
    const script = `set -- ${shellQuote(word)} end; printf '%s' "$#$1"`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(`2${word}`);
  },
);
