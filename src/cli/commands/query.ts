/** `atel query ['<LogQL>']`: records by flags from any source, or anything that LogQL can ask of Loki. */
import { buildCommand } from '@stricli/core';
import { MAX_RECENT } from '../../query/loki-source.ts';
import { askLoki, type QueryFlags } from '../ask-loki.ts';
import type { CliContext } from '../context.ts';
import { numberFlag } from '../flags.ts';
import { printRecord } from '../print-record.ts';
import { noteNothing, openReading } from '../reading.ts';
import { readingFlags, sessionFlag } from '../reading-flags.ts';

export const queryCommand = buildCommand<QueryFlags, [string?], CliContext>({
  docs: {
    brief: 'Find records, or ask Loki anything in LogQL',
    fullDescription: [
      'Without an expression: the records that match the flags, from any source.',
      'With one: LogQL, answered by Loki. Log lines come in order of time; a metric is evaluated at this moment, or',
      'at 60 points of the range that --since and --until give.',
      '',
      'Examples:  atel query --tool Bash --since 24h --json',
      '           atel query \'{service_name="claude-telemetry", event_type="file_write"}\' --since 7d',
      '           atel query \'{service_name="claude-telemetry"} |= `"outside_project_scope":true`\'',
      '           atel query \'sum by (tool_name) (count_over_time({service_name="claude-telemetry"}[24h]))\'',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...readingFlags,
      ...sessionFlag,
      last: { ...numberFlag('--last', 1, MAX_RECENT), optional: true, brief: 'Only so many, the newest' },
    },
    aliases: { n: 'last' },
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, placeholder: 'LogQL', brief: 'A LogQL expression', optional: true }],
    },
  },
  async func(flags, expression) {
    await (expression === undefined ? queryRecords(this, flags) : askLoki(this, flags, expression));
  },
});

async function queryRecords(context: CliContext, flags: QueryFlags): Promise<void> {
  const reading = await openReading(context, flags);
  const { source, filter, output } = reading;
  const records = flags.last === undefined ? source.records(filter) : await source.recent(filter, flags.last);
  let count = 0;
  for await (const entry of records) {
    count += 1;
    await printRecord(output, entry, flags.json);
    if (output.gone) return;
  }
  await output.flush();
  if (count === 0) noteNothing(context, reading, 'records');
}
