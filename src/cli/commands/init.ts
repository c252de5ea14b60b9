/** `atel init`: hooks into Claude Code's settings. */
import { buildCommand } from '@stricli/core';
import { findClients } from '../../capture/clients.ts';
import { type InstallReport, install } from '../../capture/install.ts';
import { nearestMarked } from '../../capture/marker.ts';
import { findProjectRoot } from '../../capture/project-root.ts';
import { isInstalled, settingsPath } from '../../capture/settings-file.ts';
import { copyOtlpEnv } from '../../config/otlp-env.ts';
import { systemClock } from '../../platform/clock.ts';
import type { CliContext } from '../context.ts';
import { describeRegistration, registrationFor } from '../registration.ts';
import { settingsKindFlags, settingsKindOf } from '../settings-kind.ts';

interface Flags {
  readonly project: boolean;
  readonly user: boolean;
  readonly scope: 'marked' | 'all';
  readonly dryRun: boolean;
}

/** What is shown of the difference after a change; a dry run shows all. */
const MAX_DIFF_LINES = 6;
const MAX_DIFF_COLUMNS = 100;

export const initCommand = buildCommand<Flags, [], CliContext>({
  docs: {
    brief: 'Install the hooks into Claude Code’s settings',
    fullDescription: [
      'Adds hooks for the events that the Claude Code clients found here know, and touches nothing else in the',
      'settings; the file is backed up first. Run it again after an update of either: it brings the hooks up to date.',
      '',
      'OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS and _CERTIFICATE of this environment go into the configuration file,',
      'since Claude Code hides them from its hooks.',
      '',
      'Examples:  atel init                      this project: .claude/settings.local.json',
      '           atel init --user               all projects: ~/.claude/settings.json',
      '           atel init --user --scope all   record every session, marked by `atel enable` or not',
      '           atel init --dry-run            show the change, write nothing',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...settingsKindFlags,
      scope: {
        kind: 'enum',
        values: ['marked', 'all'],
        default: 'marked',
        brief: 'Sessions to record: in marked directories, or all',
      },
      dryRun: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Show the change, write nothing',
      },
    },
  },
  async func(flags) {
    const { env, cwd, paths } = this;
    const kind = settingsKindOf(flags);
    const root = findProjectRoot(cwd, paths.home);
    const clients = await findClients(env, paths.home, root);
    const registration = registrationFor(clients);
    const otlp = { configFile: paths.configFile, by: 'init', cwd };
    // Looked at before anything is changed, so that a broken variable or file leaves nothing half done.
    const variables = copyOtlpEnv(env, { ...otlp, dryRun: true });
    const report = install(paths, env, systemClock, {
      kind,
      settingsPath: settingsPath(kind, env, paths.home, root),
      scope: flags.scope,
      events: registration.events,
      form: registration.form,
      dryRun: flags.dryRun,
    });
    if (!flags.dryRun) copyOtlpEnv(env, otlp);
    this.print(describeRegistration(clients, registration));
    for (const line of describeInstall(report, flags.dryRun)) this.print(line);
    if (variables.length > 0)
      this.print(`${paths.configFile}: export settings from ${variables.join(', ')} of this environment`);
    const other = settingsPath(kind === 'user' ? 'project' : 'user', env, paths.home, root);
    if (isInstalled(other))
      this.print(`${other} has our hooks too: events are captured twice and counted once`);
    if (flags.dryRun) return this.print('Nothing was written. Without --dry-run this is done.');
    const marked = flags.scope === 'all' || nearestMarked(cwd) !== undefined;
    if (!marked) this.print('Next: atel enable     record the sessions of this project');
    this.print(`${marked ? 'Next:' : 'then:'} atel sessions   what was recorded, after a session of claude`);
  },
});

function cut(line: string): string {
  return line.length > MAX_DIFF_COLUMNS ? `${line.slice(0, MAX_DIFF_COLUMNS - 1)}…` : line;
}

function describeInstall(report: InstallReport, dryRun: boolean): string[] {
  const { outcome, settingsFile, diff, backup, hookCopy } = report;
  if (outcome === 'unchanged') return [`${settingsFile}: already installed, nothing changed`];
  const verb = `${dryRun ? 'would be ' : ''}${outcome}`;
  const what = diff.length > 0 ? `hooks ${verb}` : `hook script ${verb} (${hookCopy})`;
  const shown = dryRun ? diff : diff.slice(0, MAX_DIFF_LINES).map(cut);
  const more = diff.length - shown.length;
  return [
    `${settingsFile}: ${what}`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more lines`] : []),
    ...(backup === undefined ? [] : [`Kept as it was: ${backup}`]),
  ];
}
