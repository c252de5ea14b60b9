/** Which hook events to register, and in which form, for the clients that were found. */
import type { FoundClient } from './clients.ts';
import { type HookEventInfo, compareVersions, eventsForClient } from '../event/hook-events.ts';

export interface ClientRegistration {
  /** The oldest client's version; `undefined` when there is none or one of them would not tell. */
  readonly version: string | undefined;
  readonly events: readonly HookEventInfo[];
  readonly form: 'exec' | 'shell';
}

/** Older clients ignore `args` and hand the command to a shell (docs/client-facts.md, "Settings"). */
const EXEC_FORM_SINCE = '2.1.139';

/** All clients share one settings file, so the oldest decides: one name it does not know may void the whole file. */
export function registrationFor(clients: readonly FoundClient[]): ClientRegistration {
  const versions = clients.map((client) => client.version);
  const version = versions.includes(undefined)
    ? undefined
    : versions.filter((each) => each !== undefined).toSorted(compareVersions)[0];
  const exec = version !== undefined && compareVersions(version, EXEC_FORM_SINCE) >= 0;
  return { version, events: eventsForClient(version), form: exec ? 'exec' : 'shell' };
}

/** One line a user understands. */
export function describeRegistration(
  clients: readonly FoundClient[],
  { version, events }: ClientRegistration,
): string {
  const count = `${events.length} hook events`;
  if (clients.length === 0) return `No claude found; ${count}, those every version knows`;
  const names = clients.map((client) => `${client.version ?? 'unknown version'} (${client.path})`).join(', ');
  const why = version === undefined ? 'those every version knows' : `all useful ones that ${version} knows`;
  return `Claude Code ${names}; ${count}, ${why}`;
}
