/** `atel query '<LogQL>'`: an expression, answered by Loki. */
import { systemClock } from '../platform/clock.ts';
import { AtelError } from '../platform/errors.ts';
import { isLogQuery } from '../query/logql.ts';
import type { LokiClient, LokiEntry } from '../query/loki-client.ts';
import { newestLogs, rangeToRead, readLogs } from '../query/loki-source.ts';
import { requireLoki } from '../query/open-source.ts';
import { readableRecord } from '../query/readable-record.ts';
import type { RecordFilter } from '../query/record-source.ts';
import { metricColumns, metricRows } from '../report/metric.ts';
import type { CliContext } from './context.ts';
import { escapeText } from './escape.ts';
import { createOutput, type Output } from './output.ts';
import { printRecord } from './print-record.ts';
import { letSpoolDrain, lokiUrl } from './reading.ts';
import { type ReadingFlags, toFilter } from './reading-flags.ts';

export interface QueryFlags extends ReadingFlags {
  readonly session?: string;
  readonly last?: number;
}

/** Flags that filter records; in a LogQL expression the expression does. */
const FILTERS = ['project', 'session', 'tool', 'event'] as const;
/** Points of a metric over a range. */
const METRIC_STEPS = 60;

/** What Loki is asked, and where the answer goes. */
interface Question {
  readonly context: CliContext;
  readonly client: LokiClient;
  readonly output: Output;
  readonly flags: QueryFlags;
  readonly expression: string;
  readonly filter: RecordFilter;
}

/**
 * Asks and prints: log lines in order of time, or a metric as a table.
 * @throws AtelError usage — a flag that LogQL makes meaningless; unreachable, input — see `createLokiClient`
 */
export async function askLoki(context: CliContext, flags: QueryFlags, expression: string): Promise<void> {
  const filter = toFilter(flags, systemClock());
  const unfit = FILTERS.find((name) => flags[name] !== undefined);
  if (unfit) {
    throw new AtelError('usage', 'does not narrow a LogQL expression', {
      where: `--${unfit}`,
      fix: 'put it into the expression',
    });
  }
  if (flags.source !== undefined && flags.source !== 'loki') {
    throw new AtelError('usage', `${flags.source} does not understand LogQL`, {
      where: '--source',
      fix: 'leave it out, or use flags instead of an expression',
    });
  }
  await letSpoolDrain(context);
  const client = await requireLoki(lokiUrl(context));
  const output = createOutput(context);
  const question = { context, client, output, flags, expression, filter };
  await (isLogQuery(expression) ? printLogs(question) : printMetric(question));
  await output.flush();
}

async function printLogs({ context, client, output, flags, expression, filter }: Question): Promise<void> {
  const note = (text: string): void => context.note(`atel: ${text}`);
  const range = await rangeToRead(client, systemClock, filter);
  const entries =
    flags.last === undefined
      ? readLogs(client, expression, range, note)
      : await newestLogs(client, expression, range, flags.last);
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    const record = readableRecord(entry.line);
    if (record) await printRecord(output, { line: entry.line, record }, flags.json);
    else await printForeign(output, entry, flags.json);
    if (output.gone) return;
  }
  if (count === 0) note('no log lines match');
}

async function printMetric({ context, client, output, flags, expression, filter }: Question): Promise<void> {
  const end = filter.until ?? systemClock();
  const { since: start } = filter;
  const seconds = start === undefined ? 0 : Number((end - start) / 1_000_000_000n);
  const at =
    start === undefined ? end : { start, end, stepSeconds: Math.max(1, Math.ceil(seconds / METRIC_STEPS)) };
  const result = await client.metric(expression, at);
  const rows = metricRows(result);
  if (flags.json) await output.json(JSON.stringify(result));
  else if (rows.length > 0) await output.table(metricColumns(rows), rows);
  if (rows.length === 0) context.note('atel: no series match');
}

/** A line that the expression has rewritten, or that somebody else wrote. */
async function printForeign(output: Output, { nanos, line }: LokiEntry, json: boolean): Promise<void> {
  if (json) await output.json(JSON.stringify({ time_unix_nano: String(nanos), line }));
  else await output.line(escapeText(line));
}
