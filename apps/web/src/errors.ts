/** What went wrong, for programs; stable. The message says it to people. */
export type WebPredictorErrorCode =
  /** The browser offers no such backend, or it did not start. */
  | 'BACKEND_UNAVAILABLE'
  /** Backends were lost again and again, and none could be had any more. */
  | 'BACKEND_LOST'
  /** A file of the model is not at its URL, or the server or the network failed. */
  | 'MODEL_NOT_FOUND'
  /** A file of the model is missing, malformed or cut off, or does not fit the other. */
  | 'MODEL_INVALID'
  /** The model is past one of the limits. */
  | 'MODEL_TOO_LARGE'
  /** A net without classes, or that takes no RGB pictures. */
  | 'MODEL_UNSUITABLE'
  /** No picture that the browser can decode, cut off, or of another origin without permission. */
  | 'IMAGE_UNREADABLE'
  | 'IMAGE_TOO_LARGE'
  /** The net does not end in an average pool and a linear classifier. */
  | 'MAP_UNSUPPORTED'
  | 'OPTION_INVALID'
  /** The browser gives no more memory. */
  | 'OUT_OF_MEMORY'
  /** A fault of this package: worth a report. */
  | 'INTERNAL'
  | 'DISPOSED';

/** What the predictor in the page finds wrong. `code` is stable; `hint` says what to do. */
export class WebPredictorError extends Error {
  override readonly name = 'WebPredictorError';
  readonly code: WebPredictorErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: WebPredictorErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
