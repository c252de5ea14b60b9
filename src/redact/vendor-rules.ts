/**
 * secretlint's recommended rules as a plain function. They are run directly, not through `@secretlint/core`: its
 * `lintSource` leaves 112 performance marks per call in the process for ever, and costs twice as much.
 *
 * Two rules are left out: filter-comments, which lets the scanned text switch off every other rule, and gcp, which
 * reads files by the name it is given. What a rule reports as data is looked up in the text, since some rules
 * (aws, npm) report a range that starts at the name and so ends before the secret does.
 */
import { rules } from '@secretlint/secretlint-rule-preset-recommend';

export interface VendorFind {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

const PREFIX = '@secretlint/secretlint-rule-';
const LEFT_OUT = new Set([`${PREFIX}filter-comments`, `${PREFIX}gcp`]);
/** The name makes the npm rule look for `_authToken` too. */
const FILE_PATH = 'text.npmrc';

const USED = rules.filter((rule) => !LEFT_OUT.has(rule.meta.id));

/** Ids of the marks these rules can leave. */
export const VENDOR_RULE_IDS: readonly string[] = USED.map((rule) => shortId(rule.meta.id));

/** A scanner for one text; finds come in no order and may overlap. */
export function createVendorScanner(): (text: string) => VendorFind[] {
  let found: VendorFind[] = [];
  let content = '';
  const handlers = USED.map((rule) =>
    rule.create(
      {
        sharedOptions: {},
        createTranslator: () => (messageId, data) => ({ message: '', messageId: String(messageId), data }),
        report: ({ range: [start, end], message }) => {
          const data: unknown = message.data;
          found.push({
            rule: shortId(rule.meta.id),
            start,
            end: Math.max(end, endOfData(content, start, data)),
          });
        },
        ignore: () => undefined,
      },
      {},
    ),
  );
  return (text) => {
    found = [];
    content = text;
    const source = sourceOf(text);
    for (const handler of handlers) {
      if (handler.file?.(source) instanceof Promise) throw new Error('a secretlint rule became asynchronous');
    }
    return found;
  };
}

function shortId(id: string): string {
  return id.slice(PREFIX.length);
}

/** Where the last piece of reported data ends that lies at or after `start`. */
function endOfData(content: string, start: number, data: unknown): number {
  if (typeof data !== 'object' || data === null) return 0;
  let end = 0;
  for (const piece of Object.values(data)) {
    const at = typeof piece === 'string' && piece !== '' ? content.indexOf(piece, start) : -1;
    if (at >= 0) end = Math.max(end, at + String(piece).length);
  }
  return end;
}

function sourceOf(
  content: string,
): Parameters<NonNullable<ReturnType<(typeof USED)[number]['create']>['file']>>[0] {
  const nowhere = (): never => {
    throw new Error('positions are not needed here');
  };
  return {
    hasBOM: false,
    content,
    filePath: FILE_PATH,
    physicalFilePath: undefined,
    contentType: 'text',
    ext: '',
    getFilePath: () => FILE_PATH,
    getPhysicalFilePath: () => undefined,
    locationToRange: nowhere,
    rangeToLocation: nowhere,
    positionToIndex: nowhere,
    indexToPosition: nowhere,
  };
}
