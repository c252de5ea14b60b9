/** `atel tail`: records as they arrive. */
import { buildCommand } from '@stricli/core';
import { MAX_RECENT } from '../../query/loki-source.ts';
import type { SourceRecord } from '../../query/record-source.ts';
import type { CliContext } from '../context.ts';
import { numberFlag } from '../flags.ts';
import { printRecord } from '../print-record.ts';
import { openReading, type Reading } from '../reading.ts';
import { type ReadingFlags, readingFlags, sessionFlag } from '../reading-flags.ts';

interface Flags extends ReadingFlags {
  readonly session?: string;
  readonly lines: number;
}

const DEFAULT_LINES = 10;

export const tailCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Show records as they arrive',
    fullDescription: [
      'Prints the newest records, then every new one, until Ctrl-C.',
      'From Loki: what arrives within two minutes of its capture.',
      '',
      'Examples:  atel tail',
      '           atel tail -n 50 --tool Bash',
      '           atel tail --project shop --json | jq .action_details',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...readingFlags,
      ...sessionFlag,
      lines: {
        ...numberFlag('--lines', 0, MAX_RECENT),
        default: String(DEFAULT_LINES),
        brief: 'Older records to begin with',
      },
    },
    aliases: { n: 'lines' },
  },
  async func(flags) {
    const reading = await openReading(this, flags);
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    process.once('SIGINT', abort).once('SIGTERM', abort);
    try {
      await follow(this, reading, flags, stop);
    } finally {
      process.off('SIGINT', abort).off('SIGTERM', abort);
    }
  },
});

async function follow(
  context: CliContext,
  reading: Reading,
  flags: Flags,
  stop: AbortController,
): Promise<void> {
  const { source, filter, output } = reading;
  const print = (entry: SourceRecord): Promise<void> => printRecord(output, entry, flags.json);
  // In this order nothing falls between the two; what stands in both is told once.
  const arriving = source.follow(filter, stop.signal);
  const recent = await source.recent(filter, flags.lines);
  const told = new Set(recent.map(({ line }) => line));
  for (const entry of recent) await print(entry);
  await output.flush();
  if (recent.length === 0) context.note('atel: waiting for records; Ctrl-C ends');
  for await (const entry of arriving) {
    if (told.delete(entry.line)) continue;
    await print(entry);
    await output.flush();
    if (output.gone) stop.abort();
  }
}
