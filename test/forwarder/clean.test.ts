/** A secret in the place of any text that the real client was ever seen to send. */
import { describe, expect, it } from 'vitest';
import { CAPTURE_LEVELS } from '../../src/journal/record.ts';
import { loadPayloads } from '../helpers/payloads.ts';
import { createStages, inputOf } from '../helpers/stages.ts';
import { fakes } from '../redact/fakes.ts';

/** Told by their form alone, wherever they stand. */
const KINDS = ['GitHub token', 'AWS key id', 'JWT', 'OpenAI key', 'password assignment', 'URL password'];
/** Ids and the event's name are kept as they are when they look like ids (`src/event/plain-id.ts`). */
const KEPT =
  /(?:^|\.)(?:session_id|hook_event_name|prompt_id|tool_use_id|agent_id|agentId|task_id|parent_agent_id)$/;

interface Spot {
  readonly event: string;
  /** As a path without indices, behind the tool's name. */
  readonly name: string;
  readonly plant: (secret: string) => unknown;
}

/** Every string in a value, and every key, with how to put something else there. */
function spotsIn(value: unknown, name: string): readonly Omit<Spot, 'event'>[] {
  if (typeof value === 'string') return [{ name, plant: (secret) => secret }];
  if (Array.isArray(value))
    return value.flatMap((item: unknown, at) =>
      spotsIn(item, name).map(({ name: place, plant }) => ({
        name: place,
        plant: (secret: string) => value.with(at, plant(secret)),
      })),
    );
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    { name: `${name}.${key} as key`, plant: (secret: string) => ({ ...value, [secret]: member }) },
    ...spotsIn(member, `${name}.${key}`).map(({ name: place, plant }) => ({
      name: place,
      plant: (secret: string) => ({ ...value, [key]: plant(secret) }),
    })),
  ]);
}

function allSpots(): readonly Spot[] {
  const spots = new Map<string, Spot>();
  for (const { event, payload } of loadPayloads('2.1.330'))
    for (const spot of spotsIn(payload, `${event} ${JSON.stringify(payload['tool_name']) ?? ''}`))
      if (!KEPT.test(spot.name)) spots.set(spot.name, { event, ...spot });
  return [...spots.values()];
}

describe('a secret in any field of any recorded event', () => {
  const spots = allSpots();

  it('has many places to be in', () => {
    expect(spots.length).toBeGreaterThan(1000);
  });

  it.each(CAPTURE_LEVELS)(
    'is in no record at level %s, neither as a value nor as a key',
    async (level) => {
      const stages = await createStages(level);
      const secrets = KINDS.flatMap((kind) => fakes(`anywhere/${level}`)[kind] ?? []);
      expect(secrets).toHaveLength(KINDS.length);
      try {
        const shown = spots.flatMap(({ event, name, plant }, index) => {
          const { secret = '', wear } = secrets[index % secrets.length] ?? {};
          const payload = JSON.stringify(plant(wear ? wear(secret) : secret));
          expect(payload).toContain(secret);
          const [draft] = stages.pipeline.process([inputOf(event, payload, index)]);
          return JSON.stringify(draft).includes(secret) ? [name] : [];
        });
        expect(shown).toEqual([]);
      } finally {
        stages.stop();
      }
    },
    60_000,
  );
});
