/**
 * Where everything lives, after the XDG base directories. One data directory holds all that must last (spool,
 * journal, the installed hooks, data of Collector and Loki), one file the configuration, one directory what can be
 * built again.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from './env.ts';

const NAME = 'agent-telemetry';

/** The variables that decide, beside `HOME`, where everything lives: who has the same finds the same. */
export const XDG_VARIABLES = [
  'XDG_DATA_HOME',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
] as const;

export interface Paths {
  readonly home: string;
  /** Settings, 0600: it may hold credentials. */
  readonly configFile: string;
  readonly cacheDir: string;
  readonly dataDir: string;
  /** Install id and HMAC secret. */
  readonly installFile: string;
  /** Copies of `capture.sh` with baked-in paths, one directory per installation. */
  readonly hooksDir: string;
  /** Spool of captured events: `q/` new, `bad/` unreadable. */
  readonly spoolDir: string;
  readonly queueDir: string;
  readonly quarantineDir: string;
  /** Empty files whose names tell of events that could not be spooled. */
  readonly lostDir: string;
  /** The same, for when the data directory itself cannot be written. */
  readonly fallbackLostDir: string;
  /** One empty file per session that is being recorded. */
  readonly sessionsDir: string;
  readonly journalDir: string;
  readonly deadLetterDir: string;
  readonly lockFile: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly stackDir: string;
}

/** Resolves all paths from `HOME` and `XDG_VARIABLES`. Relative values are ignored, as the XDG specification asks. */
export function resolvePaths(env: Env): Paths {
  const home = env['HOME'] || homedir();
  const base = (name: string, fallback: string): string => {
    const value = env[name];
    return join(value?.startsWith('/') ? value : join(home, fallback), NAME);
  };
  const dataDir = base('XDG_DATA_HOME', '.local/share');
  const spoolDir = join(dataDir, 'spool');
  const runtime = env['XDG_RUNTIME_DIR'];
  return {
    home,
    configFile: join(base('XDG_CONFIG_HOME', '.config'), 'config.yaml'),
    cacheDir: base('XDG_CACHE_HOME', '.cache'),
    dataDir,
    installFile: join(dataDir, 'install.json'),
    hooksDir: join(dataDir, 'hooks'),
    spoolDir,
    queueDir: join(spoolDir, 'q'),
    quarantineDir: join(spoolDir, 'bad'),
    lostDir: join(spoolDir, 'lost'),
    fallbackLostDir: runtime?.startsWith('/') ? join(runtime, `${NAME}-lost`) : join(home, `.${NAME}-lost`),
    sessionsDir: join(dataDir, 'sessions'),
    journalDir: join(dataDir, 'journal'),
    deadLetterDir: join(dataDir, 'dead-letter'),
    lockFile: join(dataDir, 'forwarder.lock'),
    pidFile: join(dataDir, 'forwarder.pid'),
    logFile: join(dataDir, 'forwarder.log'),
    stackDir: join(dataDir, 'stack'),
  };
}
