/** A record as one line of text, for lists that grow while they are read. */
import type { AtelRecord } from '../journal/record.ts';
import { detailOf } from './describe.ts';
import { levelStyle, outcomeStyle, shortTime } from './format.ts';
import { paint, type Style } from './table.ts';

const SESSION_CHARACTERS = 8;
const AGENT_COLUMNS = 12;
const EVENT_COLUMNS = 18;

export interface RecordLineOptions {
  readonly color: boolean;
  /** Applied to every text that the record brings. */
  readonly escape: (text: string) => string;
}

/** `time  session  agent  event  tool  detail  outcome  findings`, what is missing left out. */
export function formatRecordLine(record: AtelRecord, { color, escape }: RecordLineOptions): string {
  const styled = (text: string, style: Style | undefined): string => paint(text, color ? style : undefined);
  const { outcome } = record.tool_context ?? {};
  const findings = record.security?.findings ?? [];
  const fixed = [
    shortTime(record.timestamp),
    escape(record.session_id?.slice(0, SESSION_CHARACTERS) ?? '').padEnd(SESSION_CHARACTERS),
    escape(record.agent_context?.agent_id.slice(0, AGENT_COLUMNS) ?? '').padEnd(AGENT_COLUMNS),
    escape(record.hook_event).padEnd(EVENT_COLUMNS),
  ].join('  ');
  const free = [
    styled(escape(record.tool_name ?? ''), 'bold'),
    escape(detailOf(record)),
    styled(escape(outcome ?? ''), outcomeStyle(outcome)),
    ...findings.map(({ rule, level }) => styled(`[${escape(rule)}]`, levelStyle(level))),
  ].filter(Boolean);
  return [fixed, ...free].join('  ').trimEnd();
}
