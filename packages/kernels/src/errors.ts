/** Why this package refused to work; stable, for programs to switch on. */
export type KernelErrorCode =
  | 'SHAPE_MISMATCH'
  | 'OPTION_INVALID'
  | 'BACKEND_MISMATCH'
  | 'OUT_OF_MEMORY';

/** The message names the op, what it expected and what it received. Thrown before any work is done. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly code: KernelErrorCode;
  /** What to do about it, as a sentence. */
  readonly hint: string | undefined;

  constructor(
    code: KernelErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
