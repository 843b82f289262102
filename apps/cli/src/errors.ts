import { DataError, type DataErrorCode } from '@resnet/data';
import { describeSystemError, FileError, type FileErrorCode } from '@resnet/files';

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
  // The errors of our packages carry a code and, some, a hint; anything else is a defect.
  const foreseen = typeof code === 'string';
  const told = [advice, hint].find((text) => typeof text === 'string');
  return {
    message: error.message,
    hint: typeof told === 'string' && !error.message.includes(told) ? told : undefined,
    exitCode: isUsage(error) ? exitCodes.usage : exitCodes.failure,
    stack: foreseen ? undefined : error.stack,
  };
}

/** The codes of data and paths that the user gave wrongly: found before any work starts. */
const usageCodes: ReadonlySet<DataErrorCode | FileErrorCode> = new Set([
  'PATH_MISSING',
  'PATH_INVALID',
  'PATH_TAKEN',
  'DATASET_INVALID',
  'CLASS_UNKNOWN',
  'SUBSET_MISSING',
  'MANIFEST_INVALID',
  'OPTION_INVALID',
  'TARGET_INVALID',
]);

function isUsage(error: Error): boolean {
  return (error instanceof DataError || error instanceof FileError) && usageCodes.has(error.code);
}
