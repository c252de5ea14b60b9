/**
 * The drop file: what `capture.sh` writes for one event and the forwarder reads.
 *
 *   atel-spool/1 <Event> <installation> <name>\n
 *   <key>=<value>\n                     zero or more; a newline inside a value is written as newline + one space
 *   <key>!<reason>\n                    the value was there but could not be kept, e.g. `project_dir!too_long`
 *   \n                                  end of the header
 *   <payload>                           standard input of the hook, byte for byte
 *   \n\036OK <name>\n                   trailer: the payload is whole
 *
 * `<name>` is the file's own name: a kernel uuid, or `<ppid>.<pid>.<n>` where there is none. The file is created with
 * O_EXCL under its final name and counts as complete when its last bytes are the trailer with that name; so there
 * is no rename, and nothing inside the payload can imitate the end. The header stands before the payload, is ended by
 * the first empty line, and no value can start a line of its own (continuation lines start with a space), so no value
 * can forge a field.
 *
 * Keys: pid agent entrypoint project_dir session_id effort traceparent parent_session root_session marker
 * active (`marker` | `all` | `parent` | `session`) env_file (`written` | `refused`).
 */
import { AtelError } from '../platform/errors.ts';

const DROP_FILE_VERSION = 'atel-spool/1';

/** Longest header we read; the hook writes at most 4 KiB per value. */
const MAX_HEADER_BYTES = 131_072;
const HEADER_END = Buffer.from('\n\n');
/** In front of what the line says of it. */
const KEY = /^[a-z_]+(?=[=!])/;

export type Commit = 'ok' | 'unmarked';

export interface DropHeader {
  /** Hook event and installation as told by the hook's arguments; the payload may disagree. */
  readonly event: string;
  readonly installation: string;
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose value could not be kept, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface DropFile {
  readonly header: DropHeader;
  readonly payload: Buffer;
  readonly commit: Commit;
}

/**
 * Takes a drop file apart. `undefined` when there is no whole header: the file is torn before its payload.
 * @param name the file's name, which first line and trailer must carry
 */
export function parseDropFile(name: string, bytes: Buffer): DropFile | undefined {
  const end = bytes.indexOf(HEADER_END);
  if (end < 0 || end + HEADER_END.length > MAX_HEADER_BYTES) return undefined;
  const header = parseHeader(bytes.toString('utf8', 0, end), name);
  if (!header) return undefined;
  const start = end + HEADER_END.length;
  const trailer = `\n\u001eOK ${name}\n`;
  const trailerAt = bytes.length - Buffer.byteLength(trailer);
  return trailerAt >= start && bytes.toString('utf8', trailerAt) === trailer
    ? { header, payload: bytes.subarray(start, trailerAt), commit: 'ok' }
    : { header, payload: bytes.subarray(start), commit: 'unmarked' };
}

function parseHeader(text: string, name: string): DropHeader | undefined {
  const [first = '', ...lines] = text.replaceAll('\n ', '\u0000').split('\n');
  const [version, event, installation, own, ...more] = first.split(' ');
  if (version !== DROP_FILE_VERSION || !event || !installation || own !== name || more.length > 0)
    return undefined;
  const values: [string, string][] = [];
  const refused: [string, string][] = [];
  for (const line of lines) {
    const key = KEY.exec(line)?.[0];
    if (key === undefined) return undefined;
    const value = line.slice(key.length + 1).replaceAll('\u0000', '\n');
    (line[key.length] === '=' ? values : refused).push([key, value]);
  }
  // Not by assignment, to which `__proto__` would be no key.
  return {
    event,
    installation,
    name,
    values: Object.fromEntries(values),
    refused: Object.fromEntries(refused),
  };
}

/** Writes a drop file as `capture.sh` does; for tools and tests that stand in for the hook. */
export function formatDropFile(header: Omit<DropHeader, 'refused'>, payload: Buffer): Buffer {
  if (/\s/.test(header.name))
    throw new AtelError('input', 'a drop file name has no white space', { where: header.name });
  const lines = Object.entries(header.values).map(
    ([key, value]) => `${key}=${value.replaceAll('\n', '\n ')}\n`,
  );
  const head = `${DROP_FILE_VERSION} ${header.event} ${header.installation} ${header.name}\n${lines.join('')}\n`;
  return Buffer.concat([Buffer.from(head), payload, Buffer.from(`\n\u001eOK ${header.name}\n`)]);
}
