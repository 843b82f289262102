/** What went wrong, for programs; the message says it to people. */
export type ModelErrorCode =
  | 'CONFIG_INVALID'
  | 'MODEL_UNKNOWN'
  | 'MODEL_FILE_INVALID'
  | 'SAFETENSORS_INVALID'
  | 'TORCH_FILE_INVALID'
  | 'TORCH_FILE_REFUSED'
  | 'STATE_MISMATCH'
  | 'INPUT_INVALID'
  | 'DISPOSED';

/** Every error that this package throws. `code` is stable, the message is not. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  /** What to do about it, a sentence; the message does not repeat it. */
  readonly hint: string | undefined;

  constructor(
    code: ModelErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
