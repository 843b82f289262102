/**
 * - `PATH_MISSING`: nothing is there
 * - `PATH_TAKEN`: a file is where a folder should be made
 * - `NOT_WRITABLE`: the system does not let a folder be made
 * - `FOLDER_IN_USE`: another process holds the folder's lock
 */
export type FileErrorCode = 'PATH_MISSING' | 'PATH_TAKEN' | 'NOT_WRITABLE' | 'FOLDER_IN_USE';

/** What a path or a folder refused. `code` is stable; `hint` says what to do. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: FileErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
