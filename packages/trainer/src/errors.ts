/** What went wrong, for programs: stable names. */
export type TrainingErrorCode =
  | 'OPTION_INVALID'
  | 'BATCH_INVALID'
  | 'DATA_ENDED'
  | 'NOT_FINITE'
  | 'ABORTED'
  | 'CHECKPOINT_INVALID'
  | 'CHECKPOINT_MISMATCH';

/** What a {@link TrainingError} holds besides its code and message. */
export interface TrainingErrorOptions {
  /** What to do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The optimiser step at which it happened, from 1. */
  readonly step?: number;
  /** The learning rate of that step. */
  readonly learningRate?: number;
}

/** Every error that this package throws. `code` is stable; `hint` says what to do. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly code: TrainingErrorCode;
  readonly hint: string | undefined;
  readonly step: number | undefined;
  readonly learningRate: number | undefined;

  constructor(code: TrainingErrorCode, message: string, options: TrainingErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.step = options.step;
    this.learningRate = options.learningRate;
  }
}

/** Throws an `OPTION_INVALID` unless `valid`. */
export function checkOption(
  valid: boolean,
  where: string,
  option: string,
  expected: string,
  received: unknown,
): void {
  if (valid) return;
  const shown = typeof received === 'number' ? String(received) : JSON.stringify(received);
  throw new TrainingError(
    'OPTION_INVALID',
    `${where}: ${option} is ${expected}, received ${shown ?? String(received)}`,
  );
}
