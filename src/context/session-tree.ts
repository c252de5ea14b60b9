/** Which session, and where in the tree of sessions that started each other. */
import { isPlainId } from '../event/plain-id.ts';
import { compact } from '../event/compact.ts';
import type { AtelRecord } from '../journal/record.ts';
import type { SessionState } from './registry.ts';
import type { Capture, Surroundings } from './surroundings.ts';

export function treeOf(
  session: string,
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): NonNullable<AtelRecord['session_context']> {
  const { coordination_mode } = around.config;
  const declared = capture.header['parent_session'];
  const parent = isPlainId(declared) && declared !== session ? declared : state?.parent;
  const declaredRoot = capture.header['root_session'];
  const above = parent === undefined ? undefined : around.sessionState(parent);
  // A resumed session has the root that it had, also where nothing declares it again.
  const known = parent === state?.parent ? state?.root : undefined;
  const root =
    parent === undefined
      ? session
      : (above?.root ?? (isPlainId(declaredRoot) ? declaredRoot : (known ?? parent)));
  const ancestors = parent === undefined ? [] : (above?.hierarchy ?? [...new Set([root, parent])]);
  const hierarchy = [...ancestors.filter((id) => id !== session), session];
  return compact({
    session_id: session,
    parent_session: parent,
    root_session: root,
    session_hierarchy: hierarchy,
    coordination_mode,
    coordination_level: hierarchy.length - 1,
  });
}
