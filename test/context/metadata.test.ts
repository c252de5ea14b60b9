import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/schema.ts';
import { clientVersion, metadataOf, pidOf } from '../../src/context/metadata.ts';
import { understand } from '../../src/event/hook-event.ts';

function metadataWith(header: Readonly<Record<string, string>>) {
  const parsed = parseConfig({});
  if (!parsed.ok) throw new Error(parsed.problem);
  const event = understand({ session_id: 's', hook_event_name: 'SessionStart' }, 'SessionStart');
  const capture = { id: 'id', timestamp: '', installation: 'settings-user', header, audit: {} };
  return metadataOf(event, capture, undefined, {
    installId: 'install',
    host: 'box',
    user: 'dev',
    telemetryVersion: '0.1.0',
    config: parsed.config,
    sessionState: () => undefined,
    gitTopLevel: () => undefined,
    processUsage: () => undefined,
  });
}

describe('what variables of the hook tell about the client', () => {
  it('counts when it has its shape', () => {
    const header = { pid: '4002', entrypoint: 'sdk-cli', effort: 'medium', agent: 'claude-code_2-1-330_x' };
    expect(metadataWith(header)).toMatchObject({
      pid: 4002,
      entrypoint: 'sdk-cli',
      effort: 'medium',
      claude_version: '2.1.330',
    });
  });

  it.each(['$(touch x)', 'two\nlines', 'a b', 'x'.repeat(129)])('is left out as %j', (text) => {
    const metadata = metadataWith({ pid: text, entrypoint: text, effort: text, agent: text });
    for (const key of ['pid', 'entrypoint', 'effort', 'claude_version']) {
      expect(metadata).not.toHaveProperty(key);
    }
  });

  it.each(['0', '-1', '1.5', '1e3', '9'.repeat(400)])('is no process id as %s', (pid) => {
    expect(pidOf({ pid })).toBeUndefined();
  });
});

describe('clientVersion', () => {
  it('reads the version the client tells its children', () => {
    expect(clientVersion('claude-code_2-1-330_harness')).toBe('2.1.330');
    expect(clientVersion('other-agent_1-2-3')).toBeUndefined();
    expect(clientVersion(undefined)).toBeUndefined();
  });
});
