/** What the process returns to its caller; documented in the README. */
export const exitCodes = {
  success: 0,
  failure: 1,
  usage: 2,
  interrupted: 130,
} as const;

export interface CliErrorOptions {
  /** What the user can do about it: printed on a line of its own. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An error that the user is told about without a stack trace. */
export abstract class CliError extends Error {
  abstract readonly exitCode: number;
  abstract readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }
}

/** The command was called wrongly: a bad flag, value or path. Found before any work starts. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
  readonly exitCode: number = exitCodes.usage;
}

/** The command was called rightly and could not do its work. */
export class FailureError extends CliError {
  override readonly name = 'FailureError';
  readonly code = 'FAILURE';
  readonly exitCode: number = exitCodes.failure;
}

/** The user stopped the command, which has put its things in order and said so. */
export class InterruptedError extends CliError {
  override readonly name = 'InterruptedError';
  readonly code = 'INTERRUPTED';
  readonly exitCode: number = exitCodes.interrupted;
}

/** What a failed command prints and returns. */
export interface FailureReport {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
  /** Set where the error is none that we foresaw: a defect, whose trace helps to mend it. */
  readonly stack: string | undefined;
}

/** Says in words what went wrong, whoever threw it: this command, a package of ours, Node. */
export function describeFailure(error: unknown): FailureReport {
  if (error instanceof CliError) {
    return { message: error.message, hint: error.hint, exitCode: error.exitCode, stack: undefined };
  }
  if (!(error instanceof Error)) {
    return {
      message: String(error),
      hint: undefined,
      exitCode: exitCodes.failure,
      stack: undefined,
    };
  }
  const { code, advice, hint } = error as NodeJS.ErrnoException & {
    advice?: unknown;
    hint?: unknown;
  };
  const system = describeSystemError(error);
  if (system !== undefined) return { ...system, exitCode: exitCodes.failure, stack: undefined };
  // The errors of our packages carry a code and, some, advice; anything else is a defect.
  const foreseen = typeof code === 'string';
  const told = [advice, hint].find((text) => typeof text === 'string');
  return {
    message: error.message,
    hint: typeof told === 'string' && !error.message.includes(told) ? told : undefined,
    exitCode: exitCodes.failure,
    stack: foreseen ? undefined : error.stack,
  };
}

/** In words, what the operating system refused; undefined for any other error. */
export function describeSystemError(
  error: unknown,
): { message: string; hint: string | undefined } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const known = systemErrors[code ?? ''];
  if (known === undefined || syscall === undefined) return undefined;
  return {
    message: path === undefined ? known.message : `${path}: ${known.message}`,
    hint: known.hint,
  };
}

const systemErrors: Readonly<Record<string, { message: string; hint?: string }>> = {
  ENOSPC: {
    message: 'no space left on the disk',
    hint: 'Free some space; what was complete before is untouched.',
  },
  EDQUOT: { message: 'the disk quota is used up', hint: 'Free some space and run it again.' },
  EROFS: { message: 'the file system is read-only', hint: 'Choose another place with --out.' },
  EACCES: { message: 'permission denied' },
  EPERM: { message: 'operation not permitted' },
  ENOENT: { message: 'no such file or folder' },
  ENOTDIR: { message: 'not a folder' },
  EISDIR: { message: 'is a folder, a file was expected' },
  EMFILE: { message: 'too many open files', hint: 'Raise the limit (ulimit -n) and try again.' },
  ENOMEM: { message: 'out of memory', hint: 'A smaller --batch needs less.' },
};
