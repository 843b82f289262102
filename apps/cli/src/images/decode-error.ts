export type DecodeErrorCode =
  | 'UNREADABLE_FILE'
  | 'EMPTY_FILE'
  | 'NOT_AN_IMAGE'
  | 'DAMAGED_IMAGE'
  | 'IMAGE_TOO_LARGE';

/** A file that gives no picture. `reason` says why in a few words, without the file's name. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  readonly reason: string;

  constructor(code: DecodeErrorCode, reason: string, options: { path?: string; cause?: unknown }) {
    super(
      options.path === undefined ? reason : `${options.path}: ${reason}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.reason = reason;
  }
}
