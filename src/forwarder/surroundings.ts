/** What the stages need to know of this host: its user, its directories, its processes. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Surroundings } from '../context/surroundings.ts';
import type { PathWorld } from '../detect/resolve-path.ts';
import { VERSION } from '../platform/version.ts';
import type { OwnIdentity } from './own-records.ts';
import type { ProcessSampler } from './process-sampler.ts';

/** Facts that every record shares. */
export function describeHost(
  installId: string,
  config: Config,
  sessionState: Surroundings['sessionState'],
  sampler: ProcessSampler,
): Surroundings {
  return {
    installId,
    ...ownIdentity(),
    config,
    sessionState,
    gitTopLevel,
    processUsage: (pid) => sampler.usage(pid),
  };
}

/** Who writes the records. */
export function ownIdentity(): OwnIdentity {
  return { host: hostname(), user: userName(), telemetryVersion: VERSION };
}

/** The disk as path judgement sees it. */
export function pathWorld(home: string): PathWorld {
  const homes = readHomes();
  return {
    home,
    userHome: (name) => homes.get(name),
    realpath: briefly(realpathOf),
  };
}

/** The login name, or the uid where the user database has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** Events of one batch name the same directories over and over; the disk is asked once in this time. */
const REMEMBERED_MILLIS = 50;

function briefly(ask: (path: string) => string | undefined): (path: string) => string | undefined {
  const answers = new Map<string, string | undefined>();
  let since = 0;
  return (path) => {
    if (performance.now() - since > REMEMBERED_MILLIS) {
      answers.clear();
      since = performance.now();
    }
    if (!answers.has(path)) answers.set(path, ask(path));
    return answers.get(path);
  };
}

function realpathOf(path: string): string | undefined {
  // Most paths that are asked for are not there, and an error takes ten times as long to make.
  if (!existsSync(path)) return undefined;
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function readHomes(): ReadonlyMap<string, string> {
  try {
    const rows = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
    return new Map(rows.flatMap(([name, , , , , home]) => (name && home ? [[name, home]] : [])));
  } catch {
    return new Map();
  }
}

/** The nearest directory upwards that holds `.git`. */
function gitTopLevel(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}
