/**
 * - `SOURCE_INVALID`: neither a path, a URL nor an id of the Hugging Face Hub
 * - `PATH_MISSING`, `PATH_TAKEN`: nothing is there to read; a model is where one should be written
 * - `FOLDER_INVALID`: a folder that holds no model
 * - `MODEL_CARD_INVALID`: a `config.json` that describes no model that can be built
 * - `MODEL_REQUIRED`, `MODEL_UNKNOWN`: the architecture must be named; no such name
 * - `MODEL_MISMATCH`: the name given is not that of the weights
 * - `WEIGHTS_INVALID`, `WEIGHTS_MISMATCH`: damaged; of other shapes than the model
 * - `DOWNLOAD_FAILED`, `CACHE_MISS`: not to be had from the network; not in the cache
 */
export type HubErrorCode =
  | 'SOURCE_INVALID'
  | 'PATH_MISSING'
  | 'FOLDER_INVALID'
  | 'MODEL_CARD_INVALID'
  | 'MODEL_REQUIRED'
  | 'MODEL_UNKNOWN'
  | 'MODEL_MISMATCH'
  | 'WEIGHTS_INVALID'
  | 'WEIGHTS_MISMATCH'
  | 'DOWNLOAD_FAILED'
  | 'CACHE_MISS'
  | 'PATH_TAKEN';

/** Every error that this package throws. `code` is stable, the message is not. */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: HubErrorCode;
  /** What to do about it, a sentence; the message does not repeat it. */
  readonly hint: string | undefined;

  constructor(
    code: HubErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of an error of any kind, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
