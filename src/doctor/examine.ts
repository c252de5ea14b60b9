/** All checks, in the order an event walks, and how they are run. */
import { AtelError, isSystemError, messageOf } from '../platform/errors.ts';
import { type Check, type Diagnosis, type DoctorContext, fail } from './check.ts';
import { clockCheck, directoriesCheck, lossCheck, spaceCheck, spoolCheck } from './disk.ts';
import { configCheck, forwarderCheck, journalCheck, lastEventCheck, versionCheck } from './forwarding.ts';
import { clientCheck, hooksCheck, markerCheck, nodeCheck, scriptCheck, settingsCheck } from './hooks.ts';
import { collectorCheck, deliveryCheck, endpointCheck, lokiCheck } from './sending.ts';

const CHECKS: readonly Check[] = [
  nodeCheck,
  configCheck,
  clientCheck,
  settingsCheck,
  hooksCheck,
  scriptCheck,
  markerCheck,
  directoriesCheck,
  spoolCheck,
  spaceCheck,
  clockCheck,
  lossCheck,
  forwarderCheck,
  versionCheck,
  journalCheck,
  lastEventCheck,
  endpointCheck,
  deliveryCheck,
  collectorCheck,
  lokiCheck,
];

export interface Examined extends Diagnosis {
  readonly name: string;
  readonly title: string;
}

/** Looks at every link, and changes nothing. */
export async function examine(context: DoctorContext): Promise<readonly Examined[]> {
  const results: Examined[] = [];
  // One after the other: they share the disk, and one of them starts programs.
  for (const check of CHECKS)
    for (const diagnosis of await runCheck(check, context))
      results.push({ name: check.name, title: check.title, ...diagnosis });
  return results;
}

/** Where a file stands in a directory's place a check may fail before the one that tells of it. */
async function runCheck({ run }: Check, context: DoctorContext): Promise<readonly Diagnosis[]> {
  try {
    return await run(context);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail(`cannot be looked at: ${messageOf(error)}`);
  }
}

/** Mends what can be mended safely. @returns a line for each: what it was, or why it stays */
export async function mendAll(examined: readonly Examined[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { title, text, mend } of examined) {
    if (!mend) continue;
    try {
      await mend();
      lines.push(`mended   ${title}: ${text}`);
    } catch (error) {
      if (!(error instanceof AtelError || isSystemError(error))) throw error;
      lines.push(`stays    ${title}: ${messageOf(error)}`);
    }
  }
  return lines;
}
