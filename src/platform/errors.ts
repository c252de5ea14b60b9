/**
 * The one error type that users meet. A message says what is wrong, where, and what to do about it;
 * everything else that is thrown is a bug of ours and ends with exit code 70.
 */
export type ErrorKind = 'usage' | 'input' | 'tampered' | 'incomplete' | 'unreachable';

/** Exit codes of every command; the README lists them. */
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

/** What the disk says of a user's files and rights; Node's message names what and where. */
const SYSTEM_ERRORS = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
]);

/** True for an error of the system that the user can mend, and that is no bug of ours. */
export function isSystemError(error: unknown): boolean {
  return SYSTEM_ERRORS.has(errnoOf(error) ?? '');
}

/** The exit code for anything a command may throw. */
export function toExitCode(error: unknown): number {
  if (error instanceof AtelError) return EXIT_CODES[error.kind];
  return isSystemError(error) ? EXIT_CODES.input : EXIT_CODES.fault;
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
