/** The links from the journal to the sinks: endpoint, what waits for it, Collector, Loki. */
import type { Config } from '../config/schema.ts';
import { readCursor, readHead } from '../journal/marks.ts';
import { createOtlpExporter } from '../otlp/exporter.ts';
import { AtelError } from '../platform/errors.ts';
import { plural } from '../platform/plural.ts';
import { livePidFile } from '../platform/processes.ts';
import { otlpUrlOf, stackSettings } from '../stack/settings.ts';
import { shellQuote } from '../capture/shell-quote.ts';
import { type Check, type Diagnosis, type DoctorContext, fail, ok, warn } from './check.ts';
import { entries } from './disk.ts';

/** A busy forwarder sends so many at a time. */
const MANY_RECORDS = 1_000;

const NO_CONFIG = 'not known: see the configuration';

export const endpointCheck: Check = {
  name: 'endpoint',
  title: 'Endpoint',
  async run({ paths, config }) {
    if (config instanceof AtelError) return ok(NO_CONFIG);
    try {
      const exporter = createOtlpExporter(config.export);
      if (!exporter) return ok('none: the journal is the store');
      try {
        const verdict = await exporter.export([]);
        if (verdict.kind === 'accepted') return ok(`${exporter.endpoint} accepts`);
        return fail(`${exporter.endpoint}: ${verdict.message}`, fixFor(config, paths));
      } finally {
        await exporter.shutdown();
      }
    } catch (error) {
      if (!(error instanceof AtelError)) throw error;
      return fail(error.message, editConfig(paths));
    }
  },
};

/** Our own Collector is mended by `atel up`, which also puts its token into the configuration. */
function fixFor(config: Config, paths: DoctorContext['paths']): string {
  const own = otlpUrlOf(stackSettings(paths.stackDir, config.stack).ports);
  return config.export.endpoint === own ? 'atel up' : editConfig(paths);
}

function editConfig({ configFile }: DoctorContext['paths']): string {
  return `\${EDITOR:-vi} ${shellQuote(configFile)}`;
}

export const deliveryCheck: Check = {
  name: 'delivery',
  title: 'Delivery',
  run({ paths: { journalDir, deadLetterDir, pidFile }, config }) {
    const refused = entries(deadLetterDir).length;
    if (refused > 0)
      return warn(
        `records were refused for good: ${plural(refused, 'dead letter')}`,
        `ls -l ${shellQuote(deadLetterDir)}`,
      );
    if (config instanceof AtelError) return ok(NO_CONFIG);
    if (config.export.endpoint === undefined && config.export.logs_endpoint === undefined)
      return ok('nothing to send');
    const [head, cursor] = [readHead(journalDir), readCursor(journalDir)];
    const behind = (head?.seq ?? 0) - (cursor?.stream === head?.stream ? (cursor?.seq ?? 0) : 0);
    if (behind <= 0) return ok('all is sent');
    const text = `${plural(behind, 'record')} to be sent`;
    const moving = livePidFile(pidFile) !== undefined && behind < MANY_RECORDS;
    return moving ? ok(text) : warn(text, 'atel forward --once');
  },
};

export const collectorCheck: Check = {
  name: 'collector',
  title: 'Collector',
  run: (context) => partDiagnosis(context, 'collector'),
};

export const lokiCheck: Check = {
  name: 'loki',
  title: 'Loki',
  run(context) {
    const refused = context.stack?.queue?.refused_records ?? 0;
    return refused > 0
      ? warn(
          `refused ${plural(refused, 'record')} for good; the backup has them`,
          'atel verify --source loki',
        )
      : partDiagnosis(context, 'loki');
  },
};

function partDiagnosis({ stack }: DoctorContext, name: string): readonly Diagnosis[] {
  const part = stack?.parts.find((each) => each.name === name);
  if (!part) return ok(NO_CONFIG);
  const { state, version, last_error: error } = part;
  if (state === 'stopped') return ok('not started here');
  if (state === 'ready') return ok(`${version ?? ''} ready`);
  const why = error === undefined ? '' : `: ${error}`;
  return fail(`${state === 'died' ? 'has ended' : 'is not ready'}${why}`, 'atel up');
}
