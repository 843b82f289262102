/** What kept TensorFlow from being set up or loaded; stable, for programs to switch on. */
export type NativeErrorCode =
  | 'UNSUPPORTED_PLATFORM'
  | 'PYTHON_MISSING'
  | 'PIP_MISSING'
  | 'COMPILER_MISSING'
  | 'DISK_FULL'
  | 'DOWNLOAD_FAILED'
  | 'HASH_MISMATCH'
  | 'WHEEL_INVALID'
  | 'BUILD_FAILED'
  | 'PACKAGE_MISSING'
  | 'NOT_WRITABLE'
  | 'NOT_PROVISIONED'
  | 'LOAD_FAILED';

/** Why TensorFlow is not set up or cannot be loaded. `code` is stable; `hint` says what to do. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: NativeErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Whether an error of Node's file system carries one of these codes. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
