export type ImageLoaderErrorCode =
  | 'INVALID_OPTION'
  | 'LOADING_FAILED'
  | 'WORKER_CRASHED'
  | 'LOADER_CLOSED';

/** Why loading stopped. A single bad picture never does that. */
export class ImageLoaderError extends Error {
  override readonly name = 'ImageLoaderError';
  readonly code: ImageLoaderErrorCode;

  constructor(code: ImageLoaderErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
