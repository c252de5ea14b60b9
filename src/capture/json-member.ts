/**
 * Changes one member of a JSON object's text and leaves every other byte as its author wrote it: order, indentation,
 * long numbers, repeated keys.
 */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

interface ObjectText {
  /** Just after `{` and at `}`. */
  readonly open: number;
  readonly close: number;
  readonly members: readonly Member[];
}

/** How the text is laid out: `indent` of the first level (`undefined`: all on one line), and its line end. */
export interface Layout {
  readonly indent: string | undefined;
  readonly eol: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** @param text a valid JSON object */
export function layoutOf(text: string): Layout {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { open, members } = scanObject(text);
  const gap = text.slice(open, members[0]?.start ?? open);
  if (members.length === 0) return { indent: '  ', eol };
  return { indent: gap.includes('\n') ? gap.slice(gap.lastIndexOf('\n') + 1) : undefined, eol };
}

/** Replaces the member's value, or adds the member at the end. @param value JSON text, already laid out */
export function setMember(text: string, key: string, value: string): string {
  const { open, close, members } = scanObject(text);
  const present = members.findLast((member) => member.key === key);
  if (present) return text.slice(0, present.valueStart) + value + text.slice(present.end);
  const { indent, eol } = layoutOf(text);
  const gap = indent === undefined ? '' : eol + indent;
  const member = `${gap}${JSON.stringify(key)}:${indent === undefined ? '' : ' '}${value}`;
  const last = members.at(-1);
  if (last) return `${text.slice(0, last.end)},${member}${text.slice(last.end)}`;
  return `${text.slice(0, open)}${member}${eol}${text.slice(close)}`;
}

/** Takes the member out, with its comma and the space before it. */
export function removeMember(text: string, key: string): string {
  const { open, close, members } = scanObject(text);
  const at = members.findLastIndex((member) => member.key === key);
  const [before, member, after] = [members[at - 1], members[at], members[at + 1]];
  if (!member) return text;
  if (before) return text.slice(0, before.end) + text.slice(member.end);
  if (after) return text.slice(0, member.start) + text.slice(after.start);
  return text.slice(0, open) + text.slice(close);
}

function scanObject(text: string): ObjectText {
  const members: Member[] = [];
  let [open, close, depth, end] = [0, 0, 0, 0];
  let key: { text: string; start: number } | undefined;
  let valueStart = -1;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const closing = token === '}' || token === ']';
    if (depth === 1 && (token === ',' || closing)) {
      if (key) members.push({ key: key.text, start: key.start, valueStart, end });
      key = undefined;
      valueStart = -1;
    } else if (depth === 1 && !key) key = { text: String(JSON.parse(token)), start: index };
    else if (depth === 1 && valueStart < 0 && token !== ':') valueStart = index;
    if (closing) depth--;
    if (depth === 0 && closing) close = index;
    if (token === '{' || token === '[') depth++;
    if (depth === 1 && open === 0) open = index + 1;
    end = index + token.length;
  }
  return { open, close, members };
}
