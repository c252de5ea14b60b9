/** Where the time of a piece of work goes, by sampling: for stages that are calls inside of one another. */
import { Session, type Profiler } from 'node:inspector/promises';

/** The calls of a function, or of all functions of a file, with what they call and is no part of its own. */
export interface Part {
  readonly name: string;
  /** The end of the module's address, e.g. `/redact/redact.ts`. */
  readonly file: string;
  readonly call?: string;
}

const SAMPLE_MICROS = 200;

/**
 * Runs the work and gives the milliseconds of each part.
 * @throws when a part was never seen: it was renamed
 */
export async function profileParts(
  parts: readonly Part[],
  work: () => void,
): Promise<ReadonlyMap<string, number>> {
  const spent = new Map(parts.map(({ name }) => [name, 0]));
  const { nodes, samples = [], timeDeltas = [] } = await profileOf(work);
  const partOf = partsOfNodes(nodes, parts);
  samples.forEach((node, i) => {
    const name = partOf.get(node);
    if (name !== undefined) spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[i] ?? 0) / 1000);
  });
  const unseen = [...spent].filter(([, millis]) => millis === 0).map(([name]) => name);
  if (unseen.length > 0) throw new Error(`no sample of ${unseen.join(', ')}`);
  return spent;
}

async function profileOf(work: () => void): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROS });
    await session.post('Profiler.start');
    work();
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}

/** The part of each node of the call tree; a node's children come after it. */
function partsOfNodes(
  nodes: readonly Profiler.ProfileNode[],
  parts: readonly Part[],
): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { id, callFrame, children = [] } of nodes) {
    const own = parts.find(
      ({ file, call }) =>
        callFrame.url.endsWith(file) && (call === undefined || call === callFrame.functionName),
    );
    const name = own?.name ?? found.get(id);
    if (name === undefined) continue;
    found.set(id, name);
    for (const child of children) found.set(child, name);
  }
  return found;
}
