/**
 * The abuse catalogue (rows 1–19, 22–29, 31–38): which test shows the behaviour of each row. Where ours is another one,
 * the entry says why.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Proof = readonly [file: string, name: RegExp];

interface Row {
  readonly row: number;
  readonly what: string;
  readonly proofs: readonly Proof[];
  readonly differs?: string;
}

const PAYLOADS = 'abuse/payloads.test.ts';
const FORWARD = 'abuse/forward.test.ts';
const CAPTURE = 'capture/capture-script.test.ts';
const FAULTS = 'forwarder/faults.test.ts';
const EXPORTER = 'otlp/exporter.test.ts';
const DELIVER = 'otlp/deliver.test.ts';
const UNREADABLE: readonly Proof[] = [
  [PAYLOADS, /is recorded as %s with its size, and none of its text/],
  [FORWARD, /is journaled without its text, its bytes are put aside/],
];

const ROWS: readonly Row[] = [
  {
    row: 1,
    what: 'malformed JSON',
    proofs: UNREADABLE,
    differs: 'no byte offset is kept: it would quote the text',
  },
  { row: 2, what: 'empty input', proofs: UNREADABLE },
  {
    row: 3,
    what: 'truncated JSON',
    proofs: [...UNREADABLE, [PAYLOADS, /keeps the ids that its beginning tells/]],
  },
  {
    row: 4,
    what: '50 MB payload',
    proofs: [
      [FORWARD, /is taken within the hook’s time-out, and becomes a record below 48 KiB/],
      [PAYLOADS, /becomes a record of at most 48 KiB, which says so, when %s has 5 MB/],
    ],
    differs:
      'the payload is read as a whole, at most 64 MiB, and no two at once: the forwarder stays below 500 MiB',
  },
  {
    row: 5,
    what: 'beyond 64 MiB',
    proofs: [
      [FORWARD, /is torn at the limit: its ids and a mark of the loss are in the journal/],
      [CAPTURE, /cuts a payload off at 64 MiB and says so/],
    ],
    differs: 'the mark is write1: the signal is ignored, so that the shell lives on',
  },
  { row: 6, what: 'NUL', proofs: [...UNREADABLE, [PAYLOADS, /NUL as an escape stays one/]] },
  { row: 7, what: 'invalid UTF-8', proofs: UNREADABLE },
  {
    row: 8,
    what: 'lone surrogate',
    proofs: [[PAYLOADS, /a lone surrogate is replaced and named/]],
    differs: 'audit.cut names the field',
  },
  {
    row: 9,
    what: 'deep nesting',
    proofs: [[PAYLOADS, /is no way to run out of stack, however it is nested/]],
  },
  { row: 10, what: '__proto__', proofs: [[PAYLOADS, /keys of prototypes are fields that nobody knows/]] },
  { row: 11, what: 'repeated keys', proofs: [[PAYLOADS, /a key that stands twice is flagged/]] },
  { row: 12, what: 'odd numbers', proofs: [[PAYLOADS, /numbers that would be rounded are text, and told/]] },
  { row: 13, what: 'no object', proofs: UNREADABLE },
  {
    row: 14,
    what: 'unknown event',
    proofs: [
      [PAYLOADS, /an event nobody knows is kept under its name, of the closed type `other`/],
      ['forwarder/pipeline.test.ts', /is named and counted/],
    ],
    differs: 'the event keeps its name; its type is `other`',
  },
  {
    row: 15,
    what: 'odd session ids',
    proofs: [
      [PAYLOADS, /a session id that is %s is replaced by its hash/],
      [CAPTURE, /goes on with a session whose marker is removed, and with no other/],
    ],
    differs: '`odd-` and a hash are the flag',
  },
  {
    row: 16,
    what: 'terminal controls',
    proofs: [
      [PAYLOADS, /controls and bidi marks in a tool’s name stay text/],
      ['cli/reading.test.ts', /acts on no terminal, in any form of any command/],
    ],
  },
  {
    row: 17,
    what: 'imitated trailer',
    proofs: [
      [FORWARD, /imitates no end: only the trailer/],
      ['spool/drop-file.test.ts', /takes only a trailer at the end/],
    ],
  },
  {
    row: 18,
    what: 'off-switch, slow patterns',
    proofs: [
      [PAYLOADS, /an off-switch of a scanner in the text switches nothing off/],
      [PAYLOADS, /of a megabyte made to be slow/],
      ['redact/secrets.test.ts', /scans a megabyte of %j/],
      ['redact/bounds.test.ts', /ends at eight times the longest text in matched characters/],
      ['redact/bounds.test.ts', /ends after three times the longest text in scanned characters/],
    ],
  },
  {
    row: 19,
    what: 'secrets everywhere',
    proofs: [
      ['e2e/secrets.test.ts', /are in no record at level %s/],
      ['e2e/secrets.test.ts', /are in no file of ours/],
      ['e2e/secrets.test.ts', /are in nothing that atel prints/],
      ['forwarder/clean.test.ts', /is in no record at level %s, neither as a value nor as a key/],
      ['forwarder/start.test.ts', /leaves no core file when it crashes/],
    ],
  },
  {
    row: 22,
    what: 'odd backup files',
    proofs: [
      [FORWARD, /with blank lines, half a last line and foreign ones/],
      ['query/sources.test.ts', /names a torn last line with its place and reads on/],
      ['query/sources.test.ts', /reads a damaged compressed file up to its damage/],
      ['query/line-scan.test.ts', /gives every line with its place, over block borders/],
    ],
  },
  {
    row: 23,
    what: 'replaced spool',
    proofs: [
      [FORWARD, /replaced by a link: the hook leaves a mark/],
      [CAPTURE, /leaves a mark where the spool is missing, a link/],
      ['spool/spool.test.ts', /never opens what is not a private regular file/],
    ],
    differs: 'Node opens by path: the directory is checked to be private instead of held open',
  },
  {
    row: 24,
    what: 'foreign or open directories',
    proofs: [
      ['e2e/second-user.test.ts', /gets no event into a queue of somebody else, and a mark/],
      ['e2e/second-user.test.ts', /%s to others is told so, with the way out/],
      [FORWARD, /below a directory that everybody may change is refused/],
    ],
  },
  {
    row: 25,
    what: 'planted files',
    proofs: [
      [FORWARD, /is never opened, is told once each, stays where it is/],
      [FORWARD, /may have the longest or the oddest name/],
    ],
  },
  {
    row: 26,
    what: 'hostile environment',
    proofs: [
      [FORWARD, /with umask 000 and hostile variables/],
      [CAPTURE, /runs the same under a hostile environment/],
    ],
  },
  {
    row: 27,
    what: 'full or failing disk',
    proofs: [
      [CAPTURE, /keeps what fits and leaves a mark when the disk takes no more/],
      [FAULTS, /that is full: hooks stay silent/],
      [FAULTS, /that has room but no file left/],
      [FAULTS, /that is read-only/],
      [FAULTS, /goes on by itself when for a while %s/],
      ['journal/crash.test.ts', /takes back the part that was written, and goes on when there is room/],
    ],
  },
  {
    row: 28,
    what: 'HOME, missing spool',
    proofs: [
      [FORWARD, /without HOME, or with one that cannot be written/],
      [FORWARD, /missing: the hook leaves a mark, the forwarder makes it anew/],
    ],
  },
  {
    row: 29,
    what: 'killed at any moment',
    proofs: [
      ['e2e/life.test.ts', /leaves every event in the journal exactly once, after any number of kills/],
      ['forwarder/crash-points.test.ts', /between any two operations has every event once/],
      ['forwarder/crash-points.test.ts', /in the middle of any write has every event once/],
      [
        'forwarder/power-loss.test.ts',
        /finds each record, its segment and the head on the disk, or its spool file/,
      ],
      ['journal/crash.test.ts', /between any two bytes of an append/],
      ['spool/drop-file.test.ts', /at every place it may be cut in the payload/],
    ],
  },
  {
    row: 31,
    what: 'pid reuse, stale lock',
    proofs: [
      [FORWARD, /from before a restart, whose pid somebody else has now/],
      ['capture/forwarder-start.test.ts', /happens when the pid file holds %j/],
      ['platform/processes.test.ts', /means no process of another boot/],
    ],
  },
  {
    row: 32,
    what: 'clock',
    proofs: [
      [FORWARD, /that stood at 1970, went back a day or ahead by years/],
      ['forwarder/clock-watch.test.ts', /back a day, on a day, and to 1970 is told each time/],
      ['e2e/clock.test.ts', /leaves all of a day back and a day on in journal, backup and Loki/],
      ['e2e/clock.test.ts', /leaves all of 1970 in journal and backup, and what Loki refuses is reported/],
      [
        'spool/spool.test.ts',
        /waits ten seconds for a file that is still being written, and takes an older one as it is/,
      ],
      ['journal/segments.test.ts', /names epochs in the order of time even when the clock is set back/],
    ],
    differs: 'two flags: a `clock` record for the forwarder, `audit.clock` for a capture',
  },
  {
    row: 33,
    what: 'delivered twice, forked',
    proofs: [
      ['query/sources.test.ts', /equals the journal in spite of copies, disorder/],
      ['journal/verify.test.ts', /two that share a number/],
      ['e2e/second-user.test.ts', /sends a forged record that verify names/],
    ],
  },
  {
    row: 34,
    what: '400 for one record',
    proofs: [
      [DELIVER, /is found among 512 at place %i/],
      [DELIVER, /does not hide the next ones/],
    ],
  },
  {
    row: 35,
    what: '413, 429, 5xx',
    proofs: [
      [DELIVER, /gets smaller requests from then on, and everything in order/],
      [DELIVER, /obeys Retry-After, but for no longer than fifteen minutes/],
      [EXPORTER, /keeps everything for later after %i/],
    ],
  },
  {
    row: 36,
    what: '200 that is none',
    proofs: [
      [EXPORTER, /takes a success with %s for no success/],
      [DELIVER, /is never sent again, but kept aside, counted and reported/],
    ],
    differs: 'an answer that says itself to be empty is accepted with a warning, as Loki gives one',
  },
  {
    row: 37,
    what: 'broken connections',
    proofs: [
      [EXPORTER, /keeps everything for later when nobody listens, or the name is unknown/],
      [EXPORTER, /works again after each failure, on the same exporter/],
      [DELIVER, /survives the sink going away for good and coming back/],
    ],
  },
  {
    row: 38,
    what: 'TLS',
    proofs: [
      ['otlp/tls.test.ts', /sends nothing to a server whose certificate %s/],
      ['otlp/tls.test.ts', /checks the certificate even when the environment says otherwise/],
      [EXPORTER, /does not follow a redirect with %i, and sends credentials nowhere else/],
    ],
  },
];

/** Where each law about any input is checked with made-up ones. */
const LAWS: readonly (readonly [of: string, file: string])[] = [
  ['the parser of payloads', 'event/payload.test.ts'],
  ['the canonical form', 'journal/canonical.test.ts'],
  ['path resolution', 'detect/scope.test.ts'],
  ['LogQL quoting', 'query/logql.test.ts'],
  ['the drop file', 'spool/drop-file.test.ts'],
];

const sourceOf = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

describe('the abuse catalogue', () => {
  it('is covered row by row', () => {
    const numbers = (from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, i) => from + i);
    expect(ROWS.map(({ row }) => row)).toEqual([...numbers(1, 19), ...numbers(22, 29), ...numbers(31, 38)]);
  });

  it.each(ROWS)('row $row, $what, has its tests', ({ proofs }) => {
    expect(proofs.length).toBeGreaterThan(0);
    const missing = proofs.filter(
      ([file, name]) => !titlesOf(sourceOf(file)).some((title) => name.test(title)),
    );
    expect(missing.map(([file, name]) => `${file}: ${name}`)).toEqual([]);
  });
});

describe.each(LAWS)('the law of %s', (_of, file) => {
  it('is checked with made-up input', () => {
    expect(sourceOf(file)).toMatch(/fc\.assert\(\s*fc\.property\(/);
  });
});

/** Titles of the tests in a file that are not skipped for good. */
function titlesOf(source: string): readonly string[] {
  return [
    ...source.matchAll(
      /\bit(?:\.each\([\s\S]*?\))?(?:\.(?:skip|run)If\([^\n]*?\))?\(\s*(['`])((?:(?!\1).|\\\1)*)\1/g,
    ),
  ].map((match) => match[2] ?? '');
}
