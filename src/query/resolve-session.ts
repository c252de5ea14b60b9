/** From the beginning of a session id to the session. */
import { AtelError } from '../platform/errors.ts';
import type { RecordSource } from './record-source.ts';

/** Length of a UUID, which is what Claude Code's session ids are: nothing longer can follow. */
const FULL_ID_CHARACTERS = 36;
const MAX_CANDIDATES_SHOWN = 5;

/**
 * The full id of the one session whose id begins with `prefix`.
 * @throws AtelError input — no such session in this source, or several
 */
export async function resolveSession(source: RecordSource, prefix: string): Promise<string> {
  if (prefix.length >= FULL_ID_CHARACTERS) return prefix;
  const found = new Set<string>();
  for await (const { record } of source.records({ session: prefix })) {
    if (record.session_id !== undefined) found.add(record.session_id);
  }
  const [only, ...others] = found;
  if (only === undefined) throw unknownSession(source, prefix);
  // An id that is also the beginning of another one is meant when it is given in full.
  if (others.length === 0 || found.has(prefix)) return found.has(prefix) ? prefix : only;
  const shown = [...found].toSorted().slice(0, MAX_CANDIDATES_SHOWN).join(', ');
  const more = found.size > MAX_CANDIDATES_SHOWN ? `, … (${found.size})` : '';
  throw new AtelError('input', `several sessions begin with ${JSON.stringify(prefix)}: ${shown}${more}`, {
    fix: 'give more characters',
  });
}

/** The error for a session that a source does not hold. */
export function unknownSession(source: RecordSource, session: string): AtelError {
  return new AtelError('input', `no session begins with ${JSON.stringify(session)}`, {
    where: `${source.name} (${source.where})`,
    fix: 'list them with `atel sessions`, or look elsewhere with --source',
  });
}
