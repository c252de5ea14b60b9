import { describe, expect, it } from 'vitest';
import { RESOURCE } from '../../src/otlp/semconv.ts';
import { createResourceCache } from '../../src/otlp/resource.ts';
import { FULL_RECORD, resources, sample } from './samples.ts';

describe('createResourceCache', () => {
  it('gives one object per agent, session and project', () => {
    const cache = resources();
    const first = cache.of(FULL_RECORD);
    expect(cache.of({ ...FULL_RECORD, id: 'other', tool_name: 'Write' })).toBe(first);
    const agent = { ...FULL_RECORD.agent_context, agent_id: 'main' };
    expect(cache.of({ ...FULL_RECORD, agent_context: agent })).not.toBe(first);
    const session = { session_id: 's-2', root_session: 's-2' };
    expect(cache.of({ ...FULL_RECORD, session_context: session })).not.toBe(first);
    expect(cache.of({ ...FULL_RECORD, project_context: { project_path: '/x', project_name: 'x' } })).not.toBe(
      first,
    );
  });

  it('knows each again when agents take turns', () => {
    const cache = resources();
    const of = (agent_id: string) => cache.of({ ...FULL_RECORD, agent_context: { agent_id } });
    const [main, other] = [of('main'), of('other')];
    expect(other).not.toBe(main);
    expect(of('main')).toBe(main);
    expect(of('other')).toBe(other);
  });

  it('takes session and project from the single-agent fields when there are no blocks', () => {
    const { attributes } = resources().of(sample(1, '', { session_id: 's-9', project_name: 'shop' }).record);
    expect(attributes[RESOURCE.sessionId]).toBe('s-9');
    expect(attributes[RESOURCE.projectName]).toBe('shop');
    expect(attributes).not.toHaveProperty([RESOURCE.agentId]);
  });

  it('names the operating system as the conventions do', () => {
    const base = { installId: 'i', version: '1', hostName: 'h', deploymentEnvironment: 'local' };
    const osOf = (platform: NodeJS.Platform) =>
      createResourceCache({ ...base, platform }).of(FULL_RECORD).attributes[RESOURCE.osType];
    expect([osOf('linux'), osOf('darwin'), osOf('win32')]).toEqual(['linux', 'darwin', 'windows']);
  });

  it('forgets the least recently used of too many', () => {
    const cache = resources();
    const of = (session: number) => cache.of(sample(1, '', { session_id: `s-${session}` }).record);
    const [kept, dropped] = [of(0), of(1)];
    for (let session = 2; session < 1025; session++) {
      of(session);
      of(0);
    }
    expect(of(0)).toBe(kept);
    expect(of(1)).not.toBe(dropped);
  });
});
