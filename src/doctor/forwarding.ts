/** The links from the spool to the journal: configuration, forwarder, journal, versions. */
import { chmodSync, statSync } from 'node:fs';
import { shellQuote } from '../capture/shell-quote.ts';
import { AtelError } from '../platform/errors.ts';
import { PRIVATE_FILE } from '../platform/files.ts';
import { plural } from '../platform/plural.ts';
import { livePidFile } from '../platform/processes.ts';
import { VERSION } from '../platform/version.ts';
import { type Check, fail, ok, warn } from './check.ts';
import { mtimes } from './disk.ts';
import { readJournalEnd } from './journal-end.ts';

/** The forwarder looks at the spool four times a second; an unfinished file may lie there for ten. */
const MAX_WAIT_MILLIS = 30_000;

export const configCheck: Check = {
  name: 'config',
  title: 'Configuration',
  run({ paths: { configFile }, config }) {
    const quoted = shellQuote(configFile);
    if (config instanceof AtelError) return fail(config.message, `\${EDITOR:-vi} ${quoted}`);
    const stat = statSync(configFile, { throwIfNoEntry: false });
    if (!stat) return ok('none: defaults');
    if ((stat.mode & 0o077) === 0) return ok(configFile);
    const mend = (): void => chmodSync(configFile, PRIVATE_FILE);
    return warn(`${configFile} is open to other users and may hold a token`, `chmod 600 ${quoted}`, mend);
  },
};

export const forwarderCheck: Check = {
  name: 'forwarder',
  title: 'Forwarder',
  run({ paths: { pidFile, queueDir, logFile }, now, startForwarder }) {
    const running = livePidFile(pidFile);
    const waiting = mtimes(queueDir);
    const oldest = waiting.reduce((least, at) => Math.min(least, at), now());
    const seconds = Math.round((now() - oldest) / 1000);
    const wait = `the spool holds ${plural(waiting.length, 'event')}, the oldest for ${seconds} s`;
    if (running && now() - oldest > MAX_WAIT_MILLIS)
      return fail(
        `pid ${running.pid} runs, but ${wait}`,
        `kill -CONT ${running.pid}; tail ${shellQuote(logFile)}`,
      );
    if (running) return ok(`runs, pid ${running.pid}`);
    if (waiting.length > 0) return fail(`does not run, and ${wait}`, 'atel forward --once', startForwarder);
    return ok('not running: the next session starts it');
  },
};

export const journalCheck: Check = {
  name: 'journal',
  title: 'Journal',
  run({ paths: { journalDir } }) {
    const end = readJournalEnd(journalDir);
    if (end.kind === 'none') return ok('none yet');
    return end.kind === 'broken'
      ? fail(end.problem, 'atel verify')
      : ok(`${plural(end.head.seq, 'record')}, ending as its head says`);
  },
};

export const lastEventCheck: Check = {
  name: 'last_event',
  title: 'Last event',
  run({ paths: { journalDir }, now }) {
    const end = readJournalEnd(journalDir);
    if (end.kind === 'broken') return ok('not known: see the journal');
    const records = end.kind === 'whole' ? end.records : [];
    const last = records.findLast((record) => record.hook_event !== 'Audit');
    if (!last)
      return records.length === 0
        ? warn('nothing was recorded yet', 'claude')
        : ok('not among the newest records, which are our own');
    return ok(`${last.hook_event}, ${age(now() - Date.parse(last.timestamp))} ago`);
  },
};

function age(millis: number): string {
  const minutes = Math.max(0, Math.floor(millis / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

export const versionCheck: Check = {
  name: 'version',
  title: 'Version',
  run({ paths: { journalDir, pidFile } }) {
    const running = livePidFile(pidFile);
    const end = readJournalEnd(journalDir);
    const wrote = end.kind === 'whole' ? end.records.at(-1)?.metadata?.telemetry_version : undefined;
    if (!running || wrote === undefined || wrote === VERSION) return ok(VERSION);
    return warn(
      `the forwarder that runs is ${wrote}, this is ${VERSION}`,
      `kill ${running.pid} && atel forward --once`,
    );
  },
};
