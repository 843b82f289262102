/** What went wrong, for programs; the message says it to people. */
export type PredictorErrorCode =
  | 'MODEL_UNSUITABLE'
  | 'MODEL_TOO_LARGE'
  | 'WEIGHTS_NOT_FINITE'
  | 'MAP_UNSUPPORTED'
  | 'INPUT_INVALID'
  | 'DISPOSED';

/**
 * What this package itself finds wrong; `code` is stable, `hint` says what to do. A folder whose files
 * are wrong throws @resnet/model's `ModelError`, a malformed image @resnet/image's `ImageError`.
 */
export class PredictorError extends Error {
  override readonly name = 'PredictorError';
  readonly code: PredictorErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: PredictorErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
