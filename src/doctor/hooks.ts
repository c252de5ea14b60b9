/** The links from the client to the capture script: the program itself, the settings, the hooks, the marker. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type InstallPlan, install, planInstall } from '../capture/install.ts';
import { type InstallationKind, settingsPathOf } from '../capture/installation.ts';
import type { SettingsFound } from '../capture/find-settings.ts';
import { nearestMarked } from '../capture/marker.ts';
import { PLUGIN_ID, pluginDir } from '../capture/plugin.ts';
import { registrationFor } from '../capture/registration.ts';
import { shellQuote } from '../capture/shell-quote.ts';
import { compareVersions } from '../event/hook-events.ts';
import { systemClock } from '../platform/clock.ts';
import { readTextIfExists } from '../platform/files.ts';
import { isExecutable } from '../platform/programs.ts';
import { type Check, type Diagnosis, type DoctorContext, fail, ok, warn } from './check.ts';

const LEAST_NODE = '22.18.0';

const FLAGS: Readonly<Record<InstallationKind, string>> = {
  project: '',
  user: ' --user',
  shared: ' --project --shared',
  managed: ' --managed',
  plugin: ' --plugin',
};

type Installed = SettingsFound & { readonly scope: NonNullable<SettingsFound['scope']> };

function installed({ settings }: DoctorContext): readonly Installed[] {
  return settings.flatMap((found) => (found.scope === undefined ? [] : [{ ...found, scope: found.scope }]));
}

function initCommand({ kind, scope }: Installed): string {
  return `atel init${FLAGS[kind]}${scope === 'all' ? ' --scope all' : ''}`;
}

function request(context: DoctorContext, { kind, file, scope }: Installed) {
  const { events, form } = registrationFor(context.clients);
  return { kind, settingsPath: file, scope, events, form };
}

/** Settings that are others' too are not changed by the way. */
function mendBy(context: DoctorContext, each: Installed, { before, after }: InstallPlan): Diagnosis['mend'] {
  if (before !== after && (each.kind === 'managed' || each.kind === 'shared')) return undefined;
  const { paths, env } = context;
  return () => void install(paths, env, systemClock, { ...request(context, each), dryRun: false });
}

export const nodeCheck: Check = {
  name: 'node',
  title: 'Node',
  run({ nodeVersion }) {
    return compareVersions(nodeVersion, LEAST_NODE) >= 0
      ? ok(nodeVersion)
      : fail(`${nodeVersion} is too old: ${LEAST_NODE} or newer is needed`, 'npm install --global node@24');
  },
};

export const clientCheck: Check = {
  name: 'client',
  title: 'Claude Code',
  run({ clients }) {
    if (clients.length === 0)
      return warn('no client found', 'npm install --global @anthropic-ai/claude-code');
    return clients.map(({ path, version }) =>
      version === undefined
        ? { status: 'warn', text: `${path} does not tell its version`, fix: `${shellQuote(path)} --version` }
        : { status: 'ok', text: `${version}, ${path}` },
    );
  },
};

export const settingsCheck: Check = {
  name: 'settings',
  title: 'Claude’s settings',
  run(context) {
    const found = context.settings.flatMap(({ file, kind, value, problem }) => {
      // The problem is a sentence about the file, and ends with what init would have done.
      if (problem !== undefined)
        return fail(
          `${problem.split(';')[0]}: the client ignores the file`,
          `\${EDITOR:-vi} ${shellQuote(file)}`,
        );
      if (value['disableAllHooks'] === true)
        return fail(
          `${file}: disableAllHooks is set, so that no hook runs`,
          `\${EDITOR:-vi} ${shellQuote(file)}`,
        );
      return kind === 'plugin' ? [] : ok(file);
    });
    const all = [...found, ...managedOnly(context)];
    return all.length > 0 ? all : ok('none yet');
  },
};

/** An administrator may allow managed hooks alone, in a file that is not ours. */
function managedOnly(context: DoctorContext): readonly Diagnosis[] {
  const file = join(dirname(dirname(settingsPathOf('managed', context))), 'managed-settings.json');
  const text = readTextIfExists(file);
  if (text === undefined || !/"allowManagedHooksOnly"\s*:\s*true/.test(text)) return [];
  if (installed(context).some(({ kind }) => kind === 'managed')) return [];
  return fail(`${file}: only managed hooks run, and none of ours is managed`, 'sudo atel init --managed');
}

export const hooksCheck: Check = {
  name: 'hooks',
  title: 'Hooks',
  run(context) {
    const all = installed(context);
    if (all.length === 0) return fail('not installed for this project', 'atel init');
    return all.flatMap((each) => {
      const plan = planInstall(context.paths, context.env, request(context, each));
      const fix = initCommand(each);
      if (plan.before !== plan.after)
        return warn(
          `${each.file}: not as this version and the clients need them`,
          fix,
          mendBy(context, each, plan),
        );
      if (each.kind === 'plugin' && !isPluginEnabled(context))
        return warn(
          `${PLUGIN_ID} is made but not enabled in the client`,
          `claude plugin marketplace add ${shellQuote(pluginDir(context.paths))} && claude plugin install ${PLUGIN_ID}`,
        );
      return ok(each.file);
    });
  },
};

function isPluginEnabled({ settings }: DoctorContext): boolean {
  return settings.some(({ value: { enabledPlugins } }) => {
    if (typeof enabledPlugins !== 'object' || enabledPlugins === null) return false;
    return Object.entries(enabledPlugins).some(([id, enabled]) => id === PLUGIN_ID && enabled === true);
  });
}

export const scriptCheck: Check = {
  name: 'script',
  title: 'Capture script',
  run(context) {
    const all = installed(context);
    if (all.length === 0) return fail('not installed', 'atel init');
    return all.flatMap((each) => {
      const plan = planInstall(context.paths, context.env, request(context, each));
      const problem = scriptProblem(plan);
      if (!problem) return ok(plan.installation.hookCopy);
      return problem.judge(problem.text, initCommand(each), mendBy(context, each, plan));
    });
  },
};

function scriptProblem({
  installation,
  script,
  staleFiles,
}: InstallPlan): { judge: typeof fail; text: string } | undefined {
  const { hookCopy } = installation;
  if (!statSync(hookCopy, { throwIfNoEntry: false })?.isFile())
    return { judge: fail, text: `${hookCopy} is missing: nothing is recorded` };
  if (!isExecutable(hookCopy))
    return { judge: fail, text: `${hookCopy} is not executable: nothing is recorded` };
  const [stale] = staleFiles;
  if (stale !== undefined) return { judge: fail, text: `${stale} is missing or was changed` };
  if (readTextIfExists(hookCopy) !== script)
    return { judge: warn, text: `${hookCopy} is of another version, Node or place` };
  return undefined;
}

export const markerCheck: Check = {
  name: 'marker',
  title: 'Marker',
  run(context) {
    if (installed(context).some(({ scope }) => scope === 'all')) return ok('every session is recorded');
    const marked = nearestMarked(context.cwd);
    return marked === undefined
      ? warn('sessions in this directory are not recorded', 'atel enable')
      : ok(`sessions in ${marked} and below are recorded`);
  },
};
