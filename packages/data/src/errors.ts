/**
 * - `PATH_INVALID`: a file where a folder was expected; where nothing is, `FileError` is thrown
 * - `DATASET_INVALID`: a folder whose classes or subsets cannot be used as they lie
 * - `CLASS_UNKNOWN`: a class that the model, or the training subset, does not have
 * - `SUBSET_MISSING`: the subset asked for is not in the data
 * - `MANIFEST_INVALID`: a split.json that cannot be used
 * - `OPTION_INVALID`: an option that makes no sense for these data
 * - `TARGET_INVALID`: a folder that a split cannot be exported to
 * - `TARGET_BUSY`: another process writes to that folder
 * - `FILE_UNREADABLE`: the system does not let a file or folder be read
 * - `WRITE_FAILED`: the system does not let the export be written
 * - `LOADER_CLOSED`, `LOADING_FAILED`, `WORKER_CRASHED`: why a loader gives no more batches
 */
export type DataErrorCode =
  | 'PATH_INVALID'
  | 'DATASET_INVALID'
  | 'CLASS_UNKNOWN'
  | 'SUBSET_MISSING'
  | 'MANIFEST_INVALID'
  | 'OPTION_INVALID'
  | 'TARGET_INVALID'
  | 'TARGET_BUSY'
  | 'FILE_UNREADABLE'
  | 'WRITE_FAILED'
  | 'LOADER_CLOSED'
  | 'LOADING_FAILED'
  | 'WORKER_CRASHED';

/** Data that cannot be used as asked. `code` is stable; `hint` says what to do. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly code: DataErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: DataErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
