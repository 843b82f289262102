/** What kept TensorFlow from being set up or loaded; stable, for programs to switch on. */
export type NativeErrorCode =
  | 'UNSUPPORTED_PLATFORM'
  | 'NO_PYTHON'
  | 'NO_PIP'
  | 'NO_COMPILER'
  | 'NO_SPACE'
  | 'DOWNLOAD_FAILED'
  | 'HASH_MISMATCH'
  | 'BAD_WHEEL'
  | 'BUILD_FAILED'
  | 'PACKAGE_MISSING'
  | 'NOT_WRITABLE'
  | 'NOT_PROVISIONED'
  | 'LOAD_FAILED';

/** The message says what is missing or went wrong, `advice` how to get it or what to do. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  readonly code: NativeErrorCode;
  readonly advice: string;

  constructor(
    code: NativeErrorCode,
    message: string,
    advice: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = advice;
  }
}

/** Whether an error of Node's file system carries one of these codes. */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
