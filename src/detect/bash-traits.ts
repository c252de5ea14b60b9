/** What is remarkable about a command by its program and words alone, whatever paths it names. */
import { NETWORK_TOOLS } from './bash-programs.ts';

type Test = (args: readonly string[]) => boolean;

/** Whether a short option stands alone or in a cluster, or a long one is there. */
function has(args: readonly string[], short: string, ...long: string[]): boolean {
  return args.some((arg) =>
    arg.startsWith('--')
      ? long.some((name) => arg === name || arg.startsWith(`${name}=`))
      : /^-[A-Za-z]+$/.test(arg) && arg.slice(1).includes(short),
  );
}

const isRecursiveForce: Test = (args) =>
  (has(args, 'r', '--recursive') || has(args, 'R')) && has(args, 'f', '--force');

const isOpenMode = (mode: string): boolean =>
  /^[0-7]?[0-7][0-7][2367]$/.test(mode) || /^(?:[ugo]*o|[ugo]*a)?[+=][rxX]*w[rwxX]*$/.test(mode);
const isSetIdMode = (mode: string): boolean =>
  /^[2467][0-7]{3}$/.test(mode) || /^[ugoa]*[+=][rwxX]*s/.test(mode);

const isForcedPush: Test = (args) =>
  args.includes('push') &&
  (has(args, 'f', '--force', '--force-with-lease', '--mirror') || args.some((arg) => /^\+\S/.test(arg)));

/** Traits by program. A trait that is a finding has its row in `TRAIT_FINDINGS`. */
const TRAITS: readonly (readonly [trait: string, programs: readonly string[], test: Test])[] = [
  ['sudo', ['sudo', 'doas', 'su', 'pkexec'], () => true],
  ['eval', ['eval'], () => true],
  ['rm-recursive-force', ['rm'], isRecursiveForce],
  ['chmod-777', ['chmod'], (args) => args.some(isOpenMode)],
  ['chmod-setuid', ['chmod'], (args) => args.some(isSetIdMode)],
  ['git-push-force', ['git'], isForcedPush],
  [
    'raw-device-write',
    ['dd'],
    (args) => args.some((arg) => /^of=\/dev\/(?:sd|hd|vd|xvd|nvme|mmcblk|disk)/.test(arg)),
  ],
  ['raw-device-write', ['mkfs', 'wipefs', 'fdisk', 'parted'], () => true],
  ['persistent-job', ['crontab'], (args) => !has(args, 'l')],
  ['persistent-job', ['at', 'batch'], () => true],
  ['persistent-job', ['systemctl'], (args) => args.includes('enable')],
  ['persistent-job', ['launchctl'], (args) => args.includes('load') || args.includes('bootstrap')],
  ['telemetry-off', ['atel'], (args) => ['disable', 'uninstall', 'down'].includes(args[0] ?? '')],
  ['telemetry-purged', ['atel'], (args) => args[0] === 'purge'],
  [
    'permissions-bypassed',
    ['claude'],
    (args) => args.includes('--dangerously-skip-permissions') || args.includes('bypassPermissions'),
  ],
];

/** The traits of one simple command. */
export function traitsOf(program: string, args: readonly string[]): string[] {
  const base = program.startsWith('mkfs.') ? 'mkfs' : program;
  const traits = TRAITS.filter(([, programs, test]) => programs.includes(base) && test(args)).map(
    ([trait]) => trait,
  );
  return NETWORK_TOOLS.has(base) ? [...traits, 'network-tool'] : traits;
}
