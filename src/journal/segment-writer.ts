/** Appends to the newest segment of an epoch, as long as nobody else does. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../platform/errors.ts';
import { fsyncDir, PRIVATE_FILE, readAt, sizeOfFd, writeFully } from '../platform/files.ts';
import { leafOf } from './canonical.ts';
import type { LinePosition } from './reader.ts';
import type { SealedRecord } from './record.ts';
import { listSegments, parseSegmentName, segmentName } from './segments.ts';

/** Thrown to a writer that is no longer the only one. It has written nothing and has to leave. */
export class StepDown extends Error {
  override readonly name = 'StepDown';
}

export interface SegmentWriter {
  /** @throws StepDown — the file is not as we left it */
  check(): void;
  /**
   * Writes the lines with one write and one fsync, to a new segment if this one would grow too long. After an error
   * the file is as before.
   * @returns where the last line stands
   */
  write(records: readonly SealedRecord[]): LinePosition;
  close(): void;
  /** Closes, and removes a segment that was begun but holds nothing. */
  abandon(): void;
}

interface Segment {
  readonly name: string;
  readonly fd: number;
  readonly inode: number;
  /** Bytes that are ours; the file has no others. */
  size: number;
  last?: { readonly offset: number; readonly length: number; readonly leaf: string };
}

/**
 * Opens the last segment of `epoch`.
 * @param position the journal's newest record, in this segment or, when this one is still empty, in the one before
 */
export function resumeEpoch(
  dir: string,
  segmentBytes: number,
  epoch: string,
  { position, leaf }: { readonly position: LinePosition; readonly leaf: string },
): SegmentWriter {
  const name =
    listSegments(dir).findLast((name) => parseSegmentName(name).epoch === epoch) ?? position.segment;
  const segment = openSegment(dir, name, 'a+');
  if (name === position.segment) {
    segment.size = position.next;
    segment.last = { offset: position.offset, length: position.next - 1 - position.offset, leaf };
  }
  return createWriter(dir, segmentBytes, segment);
}

/** Creates the first segment of an epoch. */
export function beginEpoch(dir: string, segmentBytes: number, epoch: string): SegmentWriter {
  return createWriter(dir, segmentBytes, openSegment(dir, segmentName(epoch, 1), 'ax+'));
}

function createWriter(dir: string, segmentBytes: number, first: Segment): SegmentWriter {
  let segment = first;

  const roll = (): void => {
    const { epoch, number } = parseSegmentName(segment.name);
    const next = openSegment(dir, segmentName(epoch, number + 1), 'ax+');
    closeSync(segment.fd);
    segment = next;
  };
  return {
    check() {
      const { name, inode, size, fd, last } = segment;
      const stat = statSync(join(dir, name), { throwIfNoEntry: false });
      if (stat?.ino !== inode || stat.size !== size)
        throw new StepDown(
          `${name} is ${stat?.size ?? 'gone'}${stat ? ' bytes' : ''}, not ${size} as we left it`,
        );
      if (last && leafOf(readAt(fd, last.offset, last.length).toString('utf8')) !== last.leaf)
        throw new StepDown(`the last line of ${name} is not ours`);
    },
    write(records) {
      const data = Buffer.from(records.map(({ line }) => `${line}\n`).join(''));
      if (segment.size > 0 && segment.size + data.length > segmentBytes) roll();
      try {
        writeFully(segment.fd, data);
        fsyncSync(segment.fd);
      } catch (error) {
        ftruncateSync(segment.fd, segment.size);
        throw error;
      }
      segment.size += data.length;
      const { line = '', leaf = '' } = records.at(-1) ?? {};
      const length = Buffer.byteLength(line);
      const offset = segment.size - 1 - length;
      segment.last = { offset, length, leaf };
      return { segment: segment.name, offset, next: segment.size };
    },
    close: () => closeSync(segment.fd),
    abandon() {
      if (sizeOfFd(segment.fd) === 0) rmSync(join(dir, segment.name), { force: true });
      closeSync(segment.fd);
    },
  };
}

function openSegment(dir: string, name: string, flags: 'a+' | 'ax+'): Segment {
  try {
    const fd = openSync(join(dir, name), flags, PRIVATE_FILE);
    fsyncDir(dir);
    return { name, fd, inode: fstatSync(fd).ino, size: 0 };
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new StepDown(`another writer made ${name}`, { cause: error });
    throw error;
  }
}
