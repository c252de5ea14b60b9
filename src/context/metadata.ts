/** Facts about the client and the prompt that stand on every record. */
import { compact } from '../event/compact.ts';
import type { HookEvent } from '../event/hook-event.ts';
import { isPlainId } from '../event/plain-id.ts';
import type { AtelRecord } from '../journal/record.ts';
import type { SessionState } from './registry.ts';
import { parseSuperClaude, type SuperClaude } from './superclaude.ts';
import type { Capture, Surroundings } from './surroundings.ts';

export function metadataOf(
  event: HookEvent,
  capture: Capture,
  state: SessionState | undefined,
  around: Surroundings,
): NonNullable<AtelRecord['metadata']> {
  const { header } = capture;
  return compact({
    claude_version: clientVersion(header['agent']),
    telemetry_version: around.telemetryVersion,
    user_id: around.user,
    host: around.host,
    entrypoint: plain(header['entrypoint']),
    permission_mode: event.fields.permission_mode,
    effort: event.fields.effort?.level ?? plain(header['effort']) ?? state?.effort,
    superclaude: superclaudeOf(event, state),
    capture_level: around.config.capture_level,
    installation: capture.installation,
    pid: pidOf(header),
    scope: around.config.project.scope,
    active: header['active'],
  });
}

/** Version of the client from `AI_AGENT`, e.g. `claude-code_2-1-330_harness` → `2.1.330`. */
export function clientVersion(aiAgent: string | undefined): string | undefined {
  const match = /^claude-code_(\d+)-(\d+)-(\d+)(?:_|$)/.exec(aiAgent ?? '');
  return match ? match.slice(1, 4).join('.') : undefined;
}

/** The client's process id, if it can be one: older clients do not set the variable, so a repository could. */
export function pidOf(header: Capture['header']): number | undefined {
  const text = header['pid'];
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}

/** A word; any other text in such a variable was put there by somebody else than the client. */
function plain(value: string | undefined): string | undefined {
  return isPlainId(value) ? value : undefined;
}

/** A prompt begins a turn and sets its context; a slash command is told first by the event of its expansion. */
function superclaudeOf(event: HookEvent, state: SessionState | undefined): SuperClaude | undefined {
  const known = state?.superclaude === undefined ? undefined : compact(state.superclaude);
  const { prompt } = event.extra;
  if (event.name === 'UserPromptExpansion') {
    const words = [event.extra['command_name'], event.extra['command_args']].filter(
      (word) => typeof word === 'string',
    );
    return parseSuperClaude(`/${words.join(' ')}`) ?? known;
  }
  if (event.name !== 'UserPromptSubmit' || typeof prompt !== 'string') return known;
  return parseSuperClaude(prompt) ?? (state?.prompt === event.fields.prompt_id ? known : undefined);
}
