/** What enrichment is told beside the event: what the hook saw, and what is true for the whole host. */
import type { Config } from '../config/schema.ts';
import type { DraftRecord } from '../journal/record.ts';
import type { SessionState } from './registry.ts';

/** What the hook saw beside the payload. */
export interface Capture {
  readonly id: string;
  /** RFC 3339 with nanoseconds. */
  readonly timestamp: string;
  readonly installation: string;
  /** Values of the drop file's header. */
  readonly header: Readonly<Record<string, string>>;
  readonly audit: DraftRecord['audit'];
}

/** What is true for the whole host and process. */
export interface Surroundings {
  readonly installId: string;
  readonly host: string;
  readonly user: string;
  readonly telemetryVersion: string;
  readonly config: Config;
  readonly sessionState: (id: string) => SessionState | undefined;
  /** The nearest directory with a `.git`, upwards. */
  readonly gitTopLevel: (directory: string) => string | undefined;
  /** The last sample of a process, one decimal each. */
  readonly processUsage: (
    pid: number,
  ) => { readonly cpu_percent: number; readonly memory_mb: number } | undefined;
}
