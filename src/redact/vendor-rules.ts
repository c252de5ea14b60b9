/**
 * secretlint's recommended rules as a plain function. They are run directly, not through `@secretlint/core`: its
 * `lintSource` leaves 112 performance marks per call in the process for ever, and costs twice as much.
 *
 * Two rules are left out: filter-comments, which lets the scanned text switch off every other rule, and gcp, which
 * reads files by the name it is given. What a rule reports as data is looked up in the text, since some rules
 * (aws, npm) report a range that starts at the name and so ends before the secret does.
 */
import { mayHoldToken } from './prefilter.ts';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';

interface VendorFind {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/** Texts joined for one scan, and their characters. */
const MAX_JOINED = 256;
const MAX_JOINED_CHARS = 262_144;
/** A reported range starts at most this far before its secret. */
const MAX_LEAD_CHARS = 256;
/** Between joined texts: in no rule's token, and no rule looks across two lines and a NUL. */
const SEPARATOR = '\n\u0000\n';

const PREFIX = '@secretlint/secretlint-rule-';
const LEFT_OUT = new Set([`${PREFIX}filter-comments`, `${PREFIX}gcp`]);
/** The name makes the npm rule look for `_authToken` too. */
const FILE_PATH = 'text.npmrc';

const USED = rules.filter((rule) => !LEFT_OUT.has(rule.meta.id));

/** Ids of the marks these rules can leave. */
export const VENDOR_RULE_IDS: readonly string[] = USED.map((rule) => shortId(rule.meta.id));

/**
 * A scanner for batches of texts. It gives the finds of each text, which may overlap, `undefined` where the scan failed.
 */
export function createVendorScanner(): (texts: readonly string[]) => (VendorFind[] | undefined)[] {
  const scan = createScan();
  return (texts) => {
    const found = texts.map((): VendorFind[] | undefined => []);
    for (const chunk of chunked(texts)) {
      try {
        const finds = scan(chunk.map(({ text }) => text).join(SEPARATOR));
        let from = 0;
        for (const { index, text } of chunk) {
          const to = from + text.length;
          found[index] = finds.flatMap(({ rule, start, end }) =>
            start < to && end > from
              ? [{ rule, start: Math.max(start, from) - from, end: Math.min(end, to) - from }]
              : [],
          );
          from = to + SEPARATOR.length;
        }
      } catch {
        for (const { index } of chunk) found[index] = undefined;
      }
    }
    return found;
  };
}

/** The texts worth scanning, in groups that are scanned as one. */
function chunked(texts: readonly string[]): { index: number; text: string }[][] {
  const chunks: { index: number; text: string }[][] = [];
  let chars = Infinity;
  texts.forEach((text, index) => {
    if (!mayHoldToken(text)) return;
    const last = chunks.at(-1);
    if (last && last.length < MAX_JOINED && chars + text.length <= MAX_JOINED_CHARS)
      last.push({ index, text });
    else {
      chunks.push([{ index, text }]);
      chars = 0;
    }
    chars += text.length;
  });
  return chunks;
}

function createScan(): (text: string) => VendorFind[] {
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
    if (typeof piece !== 'string' || piece === '') continue;
    const at = content.slice(start, start + MAX_LEAD_CHARS + piece.length).indexOf(piece);
    if (at >= 0) end = Math.max(end, start + at + piece.length);
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
