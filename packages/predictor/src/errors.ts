/** What went wrong, for programs; the message says it to people. */
export type PredictorErrorCode =
  | 'MODEL_UNSUITABLE'
  | 'MODEL_TOO_LARGE'
  | 'WEIGHTS_NOT_FINITE'
  | 'MAP_UNSUPPORTED'
  | 'INPUT_INVALID'
  | 'DISPOSED';

/**
 * What this package itself finds wrong. A folder whose files are wrong throws @resnet/model's
 * `ModelError`, a picture that is none throws @resnet/image's `ImageError`.
 */
export class PredictorError extends Error {
  readonly code: PredictorErrorCode;

  constructor(code: PredictorErrorCode, message: string) {
    super(message);
    this.name = 'PredictorError';
    this.code = code;
  }
}
