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
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ModelError';
    this.code = code;
  }
}
