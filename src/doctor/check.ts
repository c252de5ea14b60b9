/** What a check is: one link of the chain from the client to the sink, and what to do where it is broken. */
import type { FoundClient } from '../capture/clients.ts';
import type { Places } from '../capture/installation.ts';
import type { SettingsFound } from '../capture/find-settings.ts';
import type { Config } from '../config/schema.ts';
import type { AtelError } from '../platform/errors.ts';
import type { StackStatus } from '../stack/status.ts';

export interface Diagnosis {
  readonly status: 'ok' | 'warn' | 'fail';
  /** One line. */
  readonly text: string;
  /** A command. */
  readonly fix?: string;
  /** Mends it, where that is safe: nothing is lost, nothing is recorded that was not to be. */
  readonly mend?: () => void | Promise<void>;
}

export interface DoctorContext extends Places {
  readonly cwd: string;
  readonly nodeVersion: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Free bytes for us on the disk that holds a path. */
  readonly freeBytes: (path: string) => number;
  /** Starts a forwarder and waits until it leads. */
  readonly startForwarder: () => Promise<void>;
  readonly clients: readonly FoundClient[];
  readonly settings: readonly SettingsFound[];
  /** The file's own, without the environment: the forwarder does not see that. */
  readonly config: Config | AtelError;
  readonly stack: StackStatus | undefined;
}

export interface Check {
  readonly name: string;
  readonly title: string;
  /** A line each, at least one. */
  readonly run: (context: DoctorContext) => readonly Diagnosis[] | Promise<readonly Diagnosis[]>;
}

/** All is well. */
export function ok(text: string): readonly Diagnosis[] {
  return [{ status: 'ok', text }];
}

/** Whoever reads this need not do anything at once. */
export function warn(text: string, fix?: string, mend?: Diagnosis['mend']): readonly Diagnosis[] {
  return [{ status: 'warn', text, ...(fix !== undefined && { fix }), ...(mend && { mend }) }];
}

/** The link is broken. */
export function fail(text: string, fix?: string, mend?: Diagnosis['mend']): readonly Diagnosis[] {
  return [{ status: 'fail', text, ...(fix !== undefined && { fix }), ...(mend && { mend }) }];
}
