/** Examined lines as a message between threads: in columns, since names of fields take longer to copy than their values. */
import type { Examined } from './examine.ts';

export interface Columns {
  readonly stream: string[];
  readonly seq: number[];
  readonly prev: string[];
  readonly leaf: string[];
  /** Of the records that belong to a session, empty and 0 for others. */
  readonly session: string[];
  readonly sseq: number[];
  readonly sprev: string[];
  /** What is more than a place, with its index among all. */
  readonly others: [index: number, line: Examined][];
}

/** Puts the lines in columns. */
export function toColumns(lines: Iterable<Examined>): Columns {
  const columns: Columns = {
    stream: [],
    seq: [],
    prev: [],
    leaf: [],
    session: [],
    sseq: [],
    sprev: [],
    others: [],
  };
  let index = 0;
  for (const line of lines) {
    if (line.kind === 'record' && !line.genesis && !line.purge) {
      const { stream, seq, prev, leaf, inSession } = line.place;
      columns.stream.push(stream);
      columns.seq.push(seq);
      columns.prev.push(prev);
      columns.leaf.push(leaf);
      columns.session.push(inSession?.session ?? '');
      columns.sseq.push(inSession?.sseq ?? 0);
      columns.sprev.push(inSession?.sprev ?? '');
    } else columns.others.push([index, line]);
    index += 1;
  }
  return columns;
}

/** The lines again, in their order. */
export function fromColumns(columns: Columns): readonly Examined[] {
  const { stream, seq, prev, leaf, session, sseq, sprev, others } = columns;
  const lines = seq.map((number, i): Examined => {
    const chain = { session: session[i] ?? '', sseq: sseq[i] ?? 0, sprev: sprev[i] ?? '' };
    const place = { stream: stream[i] ?? '', seq: number, prev: prev[i] ?? '', leaf: leaf[i] ?? '' };
    return { kind: 'record', place: { ...place, ...(chain.session && { inSession: chain }) } };
  });
  // In ascending order, so that each finds those before it in their places.
  for (const [index, line] of others) lines.splice(index, 0, line);
  return lines;
}
