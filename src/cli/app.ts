/** The CLI as data: every command with its loader, help text and exit codes. */
import {
  type Application,
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  formatMessageForArgumentScannerError,
  text_en,
} from '@stricli/core';
import { AtelError, isSystemError, messageOf, toExitCode } from '../platform/errors.ts';
import { VERSION } from '../platform/version.ts';
import { disableCommand } from './commands/disable.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { enableCommand } from './commands/enable.ts';
import { findingsCommand } from './commands/findings.ts';
import { forwardCommand } from './commands/forward.ts';
import { initCommand } from './commands/init.ts';
import { purgeCommand } from './commands/purge.ts';
import { queryCommand } from './commands/query.ts';
import { sessionsCommand } from './commands/sessions.ts';
import { statusCommand } from './commands/status.ts';
import { tailCommand } from './commands/tail.ts';
import { timelineCommand } from './commands/timeline.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import type { CliContext } from './context.ts';

/** One line for every error: what, where, what to do. Only a bug of ours shows its stack. */
function formatError(error: unknown): string {
  if (error instanceof AtelError) return `atel: ${error.message}`;
  if (error instanceof ArgumentScannerError)
    return `atel: ${formatMessageForArgumentScannerError(error, OWN_MESSAGES)}; see --help`;
  if (isSystemError(error)) return `atel: ${messageOf(error)}`;
  const stack = error instanceof Error ? error.stack : undefined;
  return `atel: this is a bug of ours: ${stack ?? messageOf(error)}`;
}

/** A parser of ours names the flag and the value itself. */
const OWN_MESSAGES = { ArgumentParseError: ({ exception }: { exception: unknown }) => messageOf(exception) };

const root = buildRouteMap({
  docs: {
    brief: 'A security audit trail for Claude Code agents',
    fullDescription: [
      'Records what Claude Code agents do, seals it into a hash-chained journal and sends it over OTLP.',
      '',
      'First steps:  atel init && atel enable    record this project',
      '              atel sessions               what was recorded',
      '              atel up                     Collector and Loki on this machine',
    ].join('\n'),
  },
  routes: {
    init: initCommand,
    uninstall: uninstallCommand,
    enable: enableCommand,
    disable: disableCommand,
    up: upCommand,
    down: downCommand,
    status: statusCommand,
    doctor: doctorCommand,
    sessions: sessionsCommand,
    timeline: timelineCommand,
    findings: findingsCommand,
    tail: tailCommand,
    query: queryCommand,
    forward: forwardCommand,
    verify: verifyCommand,
    purge: purgeCommand,
  },
});

/** The whole application; `run(app, argv, context)` never exits the process. */
export const app: Application<CliContext> = buildApplication(root, {
  name: 'atel',
  versionInfo: { currentVersion: VERSION },
  determineExitCode: toExitCode,
  scanner: {
    caseStyle: 'allow-kebab-for-camel',
    // With the default threshold of 7 there is a suggestion for almost anything.
    distanceOptions: {
      threshold: 3,
      weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
    },
  },
  documentation: { useAliasInUsageLine: true, disableAnsiColor: true },
  localization: {
    text: {
      ...text_en,
      noCommandRegisteredForInput: ({ input, corrections }) => {
        const hint = corrections[0] === undefined ? '' : `, did you mean ${corrections[0]}`;
        return `atel: there is no command \`${input}\`${hint}; see atel --help`;
      },
      exceptionWhileParsingArguments: formatError,
      exceptionWhileRunningCommand: formatError,
      commandErrorResult: formatError,
    },
  },
});
