/** `atel init`: hooks into Claude Code's settings. */
import { buildCommand } from '@stricli/core';
import { findClients } from '../../capture/clients.ts';
import { type InstallReport, install } from '../../capture/install.ts';
import { INSTALLATION_KINDS, settingsPathOf } from '../../capture/installation.ts';
import { nearestMarked } from '../../capture/marker.ts';
import { findProjectRoot } from '../../capture/project-root.ts';
import { describeRegistration, registrationFor } from '../../capture/registration.ts';
import { isInstalled } from '../../capture/settings-file.ts';
import { copyOtlpEnv } from '../../config/otlp-env.ts';
import { systemClock } from '../../platform/clock.ts';
import type { CliContext } from '../context.ts';
import { switchFlag } from '../flags.ts';
import { notesOn, stepsAfter, withRootAdvice } from '../init-advice.ts';
import { type InstallationFlags, installationFlags, installationKindOf } from '../installation-flags.ts';

interface Flags extends InstallationFlags {
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
      '           atel init --project --shared   every clone of it: .claude/settings.json, to be committed',
      '           atel init --user               all projects: ~/.claude/settings.json',
      '           atel init --plugin             the same, as a Claude Code plugin',
      '           sudo atel init --managed       everybody on this machine: managed settings',
      '           atel init --user --scope all   record every session, marked by `atel enable` or not',
      '           atel init --dry-run            show the change, write nothing',
    ].join('\n'),
  },
  parameters: {
    flags: {
      ...installationFlags,
      scope: {
        kind: 'enum',
        values: ['marked', 'all'],
        default: 'marked',
        brief: 'Sessions to record: in marked directories, or all',
      },
      dryRun: switchFlag('Show the change, write nothing'),
    },
  },
  async func(flags) {
    const { env, cwd, paths } = this;
    const kind = installationKindOf(flags);
    const projectRoot = findProjectRoot(cwd, paths.home);
    const places = { env, paths, projectRoot, managedDir: flags.managedDirectory };
    const clients = await findClients(env, paths.home, projectRoot);
    const registration = registrationFor(clients);
    const otlp = { configFile: paths.configFile, by: 'init', cwd };
    // Looked at before anything is changed, so that a broken variable or file leaves nothing half done.
    const variables = copyOtlpEnv(env, { ...otlp, dryRun: true });
    const settingsPath = settingsPathOf(kind, places);
    const { scope, dryRun } = flags;
    const { events, form } = registration;
    const request = { kind, settingsPath, scope, events, form, dryRun };
    const report = withRootAdvice(kind, () => install(paths, env, systemClock, request));
    if (!dryRun) copyOtlpEnv(env, otlp);
    this.print(describeRegistration(clients, registration));
    for (const line of [...describeInstall(report, dryRun), ...notesOn(kind, registration)]) this.print(line);
    if (variables.length > 0)
      this.print(`${paths.configFile}: export settings from ${variables.join(', ')} of this environment`);
    for (const other of INSTALLATION_KINDS.filter((each) => each !== kind)) {
      const file = settingsPathOf(other, places);
      if (isInstalled(file))
        this.print(`${file} has our hooks too: events are captured twice and counted once`);
    }
    if (dryRun) return this.print('Nothing was written. Without --dry-run this is done.');
    const marked = scope === 'all' || nearestMarked(cwd) !== undefined;
    const steps = stepsAfter(kind, report.settingsFile, paths, marked);
    steps.forEach((step, index) => this.print(`${index === 0 ? 'Next:' : 'then:'} ${step}`));
  },
});

function cut(line: string): string {
  return line.length > MAX_DIFF_COLUMNS ? `${line.slice(0, MAX_DIFF_COLUMNS - 1)}…` : line;
}

function describeInstall(report: InstallReport, dryRun: boolean): string[] {
  const { outcome, settingsFile, diff, backup, hookCopy, files } = report;
  if (outcome === 'unchanged') return [`${settingsFile}: already installed, nothing changed`];
  const verb = `${dryRun ? 'would be ' : ''}${outcome}`;
  const what = diff.length > 0 ? `hooks ${verb}` : `hook script ${verb} (${hookCopy})`;
  const shown = dryRun ? diff : diff.slice(0, MAX_DIFF_LINES).map(cut);
  const more = diff.length - shown.length;
  return [
    `${settingsFile}: ${what}`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more lines`] : []),
    ...files.map((file) => `${file}: ${dryRun ? 'would be written' : 'written'}`),
    ...(backup === undefined ? [] : [`Kept as it was: ${backup}`]),
  ];
}
