/** Why a file gives no image: stable, to be switched on. */
export type DecodeErrorCode =
  | 'FILE_UNREADABLE'
  | 'FILE_EMPTY'
  | 'FORMAT_UNKNOWN'
  | 'IMAGE_DAMAGED'
  | 'IMAGE_TOO_LARGE';

/** A file that gives no image. `reason` says why in a few words, without the file's name. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  readonly hint: string | undefined;
  readonly reason: string;

  constructor(
    code: DecodeErrorCode,
    reason: string,
    options: {
      readonly path?: string | undefined;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(
      options.path === undefined ? reason : `${options.path}: ${reason}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.hint = options.hint;
    this.reason = reason;
  }
}
