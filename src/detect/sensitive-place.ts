/**
 * Places whose reading or writing matters wherever the project is. A pattern starts with `~/` (below any user's home),
 * with `/` (from the root), or with a name (anywhere); one that ends with `/` means a directory and all below it.
 * `*` stands for any run of characters within one name. The first row that has a level for the access wins.
 */
import type { FindingLevel } from '../journal/record.ts';

export interface SensitivePlace {
  /** Stable name, as in `security.sensitive`. */
  readonly id: string;
  /** What it is, as in "reads …". */
  readonly name: string;
  readonly at: readonly string[];
  /** Patterns of names that are not meant. */
  readonly except?: readonly string[];
  /** Level of a finding by access; absent: none. Reading is any access but writing. */
  readonly read?: FindingLevel;
  readonly write?: FindingLevel;
}
