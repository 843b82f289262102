import type { DataErrorCode } from '@resnet/data';
import { describeSystemError, type FileErrorCode } from '@resnet/files';
import type { HubErrorCode } from '@resnet/hub';
import type { ImageErrorCode } from '@resnet/image';

import { nameFlags } from './options/name-flags.ts';

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

/** An error that is reported without a stack trace. */
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
  /** Set where the error is none that we foresaw: a defect, whose trace helps to fix it. */
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
  const system = describeSystemError(error);
  if (system !== undefined) return { ...system, exitCode: exitCodes.failure, stack: undefined };
  const { code, hint } = error as NodeJS.ErrnoException & { readonly hint?: unknown };
  const ownHint = typeof hint === 'string' ? nameFlags(hint) : undefined;
  return {
    message: typeof code === 'string' ? nameFlags(error.message) : error.message,
    hint: flagHints[error.name]?.[String(code)] ?? ownHint,
    exitCode: usageCodes[error.name]?.has(String(code)) ? exitCodes.usage : exitCodes.failure,
    // The errors of our packages carry a code; anything else is a defect.
    stack: typeof code === 'string' ? undefined : error.stack,
  };
}

// By name, not by class: `resnet --help` loads none of these packages.

/** Of our packages' errors, by name, what the user gave wrongly: found before any work starts. */
const usageCodes: Readonly<Record<string, ReadonlySet<string>>> = {
  FileError: new Set<FileErrorCode>(['PATH_MISSING', 'PATH_TAKEN']),
  DataError: new Set<DataErrorCode>([
    'PATH_INVALID',
    'DATASET_INVALID',
    'CLASS_UNKNOWN',
    'SUBSET_MISSING',
    'MANIFEST_INVALID',
    'OPTION_INVALID',
    'TARGET_INVALID',
  ]),
  // A model of other channels than images have.
  ImageError: new Set<ImageErrorCode>(['OPTION_INVALID']),
  HubError: new Set<HubErrorCode>([
    'SOURCE_INVALID',
    'PATH_MISSING',
    'PATH_TAKEN',
    'FOLDER_INVALID',
    'MODEL_CARD_INVALID',
    'MODEL_REQUIRED',
    'MODEL_UNKNOWN',
    'MODEL_MISMATCH',
  ]),
};

/** Hints that name flags, in place of those that name a program's options. */
const flagHints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  HubError: {
    PATH_TAKEN: 'Choose another --out, or replace it (--force).',
    MODEL_REQUIRED: 'Name it with --model; `resnet info` lists the models.',
    MODEL_UNKNOWN: '`resnet info` lists the models.',
    MODEL_MISMATCH: 'Leave --model out: the weights say what they are for.',
    WEIGHTS_MISMATCH: 'If it is another architecture, name that with --model.',
  } satisfies Partial<Record<HubErrorCode, string>>,
};
