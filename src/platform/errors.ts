/**
 * The one error type that users meet. A message says what is wrong, where, and what to do about it;
 * everything else that is thrown is a bug of ours and ends with exit code 70.
 */
export type ErrorKind = 'usage' | 'input' | 'tampered' | 'incomplete' | 'unreachable';

/** Exit codes of every command, see DESIGN. */
const EXIT_CODES = {
  ok: 0,
  tampered: 1,
  incomplete: 2,
  usage: 3,
  input: 3,
  unreachable: 4,
  fault: 70,
} as const;

export interface AtelErrorOptions {
  /** The file, field, flag or address the error is about. */
  readonly where?: string;
  /** What the user can do, as an imperative clause. */
  readonly fix?: string;
  readonly cause?: unknown;
}

export class AtelError extends Error {
  override readonly name = 'AtelError';
  readonly kind: ErrorKind;
  readonly where: string | undefined;
  readonly fix: string | undefined;

  constructor(kind: ErrorKind, what: string, options: AtelErrorOptions = {}) {
    const { where, fix, cause } = options;
    super([where ? `${where}: ${what}` : what, fix].filter(Boolean).join('; '), { cause });
    this.kind = kind;
    this.where = where;
    this.fix = fix;
  }
}

/** The exit code for anything a command may throw. */
export function toExitCode(error: unknown): number {
  return error instanceof AtelError ? EXIT_CODES[error.kind] : EXIT_CODES.fault;
}

/** The `code` of a Node system error (`ENOENT`, …), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** What to print of a caught value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
