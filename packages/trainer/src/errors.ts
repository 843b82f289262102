/** What went wrong, for programs: stable names. */
export type TrainingErrorCode =
  | 'bad-option'
  | 'bad-batch'
  | 'data-ended'
  | 'not-finite'
  | 'aborted'
  | 'bad-checkpoint'
  | 'checkpoint-mismatch';

export interface TrainingErrorDetails {
  readonly cause?: unknown;
  /** The optimiser step at which it happened, from 1. */
  readonly step?: number;
  /** The learning rate of that step. */
  readonly learningRate?: number;
  /** What to try. */
  readonly advice?: string;
}

/** Every error that this package throws on its own account. */
export class TrainingError extends Error {
  override readonly name: string = 'TrainingError';
  readonly code: TrainingErrorCode;
  readonly step: number | undefined;
  readonly learningRate: number | undefined;
  readonly advice: string | undefined;

  constructor(code: TrainingErrorCode, message: string, details: TrainingErrorDetails = {}) {
    super(
      details.advice === undefined ? message : `${message}. ${details.advice}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.step = details.step;
    this.learningRate = details.learningRate;
    this.advice = details.advice;
  }
}

/** Throws a `bad-option` unless `valid`. */
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
    'bad-option',
    `${where}: ${option} is ${expected}, received ${shown ?? String(received)}`,
  );
}
