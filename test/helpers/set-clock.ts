/** The clock of forwarders that were started with `clockFile`. */
import { renameSync, writeFileSync } from 'node:fs';

/** Sets it, in milliseconds off the system's. */
export function setClock(clockFile: string, millis: number): void {
  writeFileSync(`${clockFile}.new`, String(millis));
  // A reader must not find it empty.
  renameSync(`${clockFile}.new`, clockFile);
}
